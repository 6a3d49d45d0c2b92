"""Types of schedules."""
