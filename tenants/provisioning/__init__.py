"""Schemas for enterprises: rendered once, made ahead, claimed at sign-up."""
