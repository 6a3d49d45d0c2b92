"""Types of sessions and activity."""
