"""The life of a task: creating, claiming, progress, reviews, leases, and what it waits for."""
