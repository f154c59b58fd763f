"""What capacity is measured by: promises, races, schedules, buckets."""
