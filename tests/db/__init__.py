"""Facts and rules, tested at the functions of db."""
