"""The Postgres that the server runs on: embedded or given, set up and migrated."""
