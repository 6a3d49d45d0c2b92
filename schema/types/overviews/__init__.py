"""Types of briefings, digests and charts."""
