"""The client: `gr`, what agents, scripts and hooks run on their own machines."""
