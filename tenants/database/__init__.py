"""The database backend that asks nothing in nobody's name."""
