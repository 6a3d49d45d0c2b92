"""`goalroom demo`: a simulated team at work. Its agents are clients of the API, and know nothing else of the server."""
