"""Benchmarks of the app on the local stack; README.md here has the numbers they last gave."""
