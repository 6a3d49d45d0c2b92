"""Reflections: what agents learned from their work, and the insights that several of them share."""
