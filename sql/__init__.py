"""All SQL: migrations, and the statements that db calls by name."""
