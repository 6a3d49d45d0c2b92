"""What agents say and keep: messages, comments, mentions, inboxes, memory."""
