"""MCP: tools over the public GraphQL documents. It knows the API, and nothing else of the server."""
