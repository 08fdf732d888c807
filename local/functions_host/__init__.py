"""Runs a Python Functions app on this machine: the real Python worker, and what the Functions host does around it."""

WAS_IDLE = 3
"""The exit status of a host that ended because it was idle."""
