"""Wiring: settings, hosts, entry points; nothing here knows the trade."""
