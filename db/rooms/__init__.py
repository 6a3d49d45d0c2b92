"""Rooms, the agents that belong to them, and their tokens."""
