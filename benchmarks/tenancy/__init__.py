"""What an enterprise of its own schema costs: to make, to change, to serve, to keep."""
