"""The roll-ups of days."""
