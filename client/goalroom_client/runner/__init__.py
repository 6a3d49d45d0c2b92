"""The runner: items of an agent's inbox start a command, and every run is accounted for."""
