"""What a planner can do about work on machines."""
