"""What the demo world is made of: plain values, no database."""
