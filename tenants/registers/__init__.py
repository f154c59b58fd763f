"""Registers of enterprises, read from files into the shared directory."""
