"""The whole: real processes, real ports, a real Postgres."""
