"""The HTTP endpoints beside /graphql: health, metrics, the dashboard, the login link."""
