"""What happened to a call between a caller and the called."""
