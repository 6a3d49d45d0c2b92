"""Errors of commands, for reasons that the person at the command line can see and put right."""


class CommandError(Exception):
    """A line that says why, or one for each reason, and the exit status: 1 it failed, 2 the command line is wrong."""

    def __init__(self, why: str, status: int = 1, *, more: tuple[str, ...] = ()) -> None:
        self.lines = [" ".join(line.split()) for line in (why, *more)]
        super().__init__("\n".join(self.lines))
        self.status = status
