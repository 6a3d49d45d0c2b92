"""What tasks need while they run: resources with a capacity and a circuit breaker."""
