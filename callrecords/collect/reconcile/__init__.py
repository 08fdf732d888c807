"""Finds what Graph holds and Cosmos lacks, and says of each day how complete it is."""
