"""Telling the other server processes that a room's log has grown."""
