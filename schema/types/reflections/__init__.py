"""Types of reflections."""
