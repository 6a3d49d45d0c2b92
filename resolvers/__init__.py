"""What a client can do: thin fields that call db."""
