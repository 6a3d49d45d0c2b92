"""The nights that are played, one after the other."""
