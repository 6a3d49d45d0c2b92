"""Telling the other server processes that a log has grown, and whether Postgres answers."""
