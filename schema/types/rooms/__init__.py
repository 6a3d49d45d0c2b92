"""Types of rooms and agents."""
