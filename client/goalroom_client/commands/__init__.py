"""What `gr` can do: a module for what belongs together, each command with its arguments and its document."""
