"""The directory: find, register, sign up, suspend."""
