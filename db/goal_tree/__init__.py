"""Finding objectives and tasks by reference, and the tree that they form."""
