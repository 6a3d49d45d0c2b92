"""Work that the clock causes, on several servers of which one is killed."""
