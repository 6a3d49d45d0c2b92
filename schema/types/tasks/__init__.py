"""Types of tasks, claims and reviews."""
