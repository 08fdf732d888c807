"""A row in plain words."""
