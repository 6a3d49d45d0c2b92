"""What operators do and need: bootstrap, import, export, doctor, statistics."""
