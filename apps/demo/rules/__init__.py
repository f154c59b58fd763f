"""How a demo world is thought out: pure, the same for the same seed."""
