"""One small table, for a view of one query."""
