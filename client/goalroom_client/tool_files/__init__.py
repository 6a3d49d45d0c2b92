"""Files of coding tools: what is ours in them, and everything else as it was."""
