"""The demo world: the shop window that `make up` fills."""
