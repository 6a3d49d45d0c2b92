"""`python -m goalroom` is the command `goalroom`."""

from goalroom.cli import main

main()
