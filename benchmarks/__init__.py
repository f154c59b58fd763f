"""What is claimed of Spindle's speed, measured beside what it is compared with."""
