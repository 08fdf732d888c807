"""A run of the whole stack in which everything fails that can fail, and nothing may be lost."""
