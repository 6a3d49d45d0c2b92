"""Each room's event log, and following it as it grows."""
