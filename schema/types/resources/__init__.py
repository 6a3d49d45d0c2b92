"""Types of resources."""
