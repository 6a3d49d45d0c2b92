"""Types of events and subscription payloads."""
