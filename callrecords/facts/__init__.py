"""The fact row of a call, derived from its record. Pure: nothing here reads the network, the clock or a file."""
