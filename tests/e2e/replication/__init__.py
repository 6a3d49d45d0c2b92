"""Servers on a Postgres that has a standby."""
