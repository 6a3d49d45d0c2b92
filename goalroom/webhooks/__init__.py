"""Webhooks at work: followers of rooms' logs that send what happens to addresses outside."""
