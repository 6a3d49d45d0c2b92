"""`goalroom demo`: a simulated team at work, whose agents are clients of the public API and know nothing else of the server."""
