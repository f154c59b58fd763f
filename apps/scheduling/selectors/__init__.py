"""What work there is, and in what order it is to be done."""
