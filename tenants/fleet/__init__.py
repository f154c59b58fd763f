"""Migrations of every enterprise's schema: planned once, replayed in waves."""
