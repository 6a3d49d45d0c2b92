"""What each tool does: one or two documents, and an answer that is made to be read."""
