"""Proposals: questions to people, the votes on them, and what follows from their ends for the tasks that waited."""
