"""Runs a Python Functions app on this machine: the real Python worker, and what the Functions host does around it."""
