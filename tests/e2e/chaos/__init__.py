"""A team at work while everything below it fails, judged by what its members were told."""
