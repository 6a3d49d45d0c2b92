"""What clients see, tested through GraphQL."""
