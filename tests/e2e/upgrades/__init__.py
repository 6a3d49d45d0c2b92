"""What earlier releases left is found by this one."""
