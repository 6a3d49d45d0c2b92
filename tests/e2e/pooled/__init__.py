"""Servers behind a pooler."""
