"""Imports Graph's rows of phone calls."""
