"""The tiers that an enterprise passes through, from a register's row to its erasure."""
