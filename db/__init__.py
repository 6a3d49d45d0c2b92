"""The facts and the rules: typed functions over Postgres that know nothing of GraphQL or HTTP."""
