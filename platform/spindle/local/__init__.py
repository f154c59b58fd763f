"""What `make up` runs: embedded PostgreSQL and Valkey, and a process supervisor."""
