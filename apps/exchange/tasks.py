"""Work that the exchange does later."""
