"""What a client can see: the GraphQL types, the roots, the printed SDL."""
