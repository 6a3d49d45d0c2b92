"""Running GraphQL operations within their limits: parsing, cost, rate limits, scheduling, errors."""
