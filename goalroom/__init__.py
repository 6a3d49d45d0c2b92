"""The process: settings, command line, HTTP and WebSocket, background work, embedded Postgres."""
