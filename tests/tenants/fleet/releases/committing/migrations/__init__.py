"""Migrations of the notices' app as a later version of Spindle would have them."""
