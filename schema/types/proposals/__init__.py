"""Types of proposals and the votes on them."""
