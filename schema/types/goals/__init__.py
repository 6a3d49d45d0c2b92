"""Types of objectives and key results."""
