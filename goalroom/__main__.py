"""`python -m goalroom` is the command `goalroom`."""

from goalroom.commands.cli import main

main()
