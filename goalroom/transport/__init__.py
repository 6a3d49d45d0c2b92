"""How requests come in: HTTP, server-sent events and WebSocket, and who may send them."""
