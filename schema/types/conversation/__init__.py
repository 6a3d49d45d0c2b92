"""Types of messages, comments, inbox items and memories."""
