"""Where enterprises live: cells, databases, and moves between them."""
