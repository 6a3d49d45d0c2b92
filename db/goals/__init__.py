"""Changing objectives and key results."""
