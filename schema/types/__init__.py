"""The GraphQL types, one module a noun."""
