"""Benchmarks: what is measured, and the commands that measure it."""
