"""Importing issue files of beads."""
