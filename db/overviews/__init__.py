"""What is read across all nouns: briefing, digest, search, charts, subscriptions."""
