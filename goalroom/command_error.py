"""Errors of commands, for reasons that the person at the command line can see and put right."""


class CommandError(Exception):
    """One line that says why, and the exit status: 1 it failed, 2 the command line is wrong."""

    def __init__(self, why: str, status: int = 1) -> None:
        super().__init__(" ".join(why.split()))
        self.status = status
