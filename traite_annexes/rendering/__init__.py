"""What is redone, where, and whether it is still true."""
