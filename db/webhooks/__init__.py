"""Webhooks: who outside a room is told of what happens in it, and how far that has got."""
