"""The law as plain Python: the standard library only, no Django."""
