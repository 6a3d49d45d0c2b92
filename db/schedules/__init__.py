"""Schedules: rules that make a task again and again, and the times at which they do."""
