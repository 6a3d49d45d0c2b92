"""What the process tells its operators: logs, metrics, traces, request ids."""
