"""Types of webhooks."""
