"""What the use cases need of the outside: one Protocol a port, and the shapes that pass through it.

The adapters in `graph/` and `cosmos/` provide them; tests put doubles in their place.
"""
