"""Work in the background that belongs to reports."""
