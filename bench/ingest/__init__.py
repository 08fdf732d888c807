"""What the app needs for a call record: requests, request units, bytes, CPU and memory, beside a floor.

The servers run in one process and the worker in another, which measures its own CPU. README.md has the figures.
"""
