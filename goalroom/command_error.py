"""What goes wrong for a reason that the person at the command line can see and mend."""


class Failure(Exception):  # noqa: N818  # it ends the command, not the program's logic
    """One line that says why, and the exit status: 1 it failed, 2 the command line is wrong."""

    def __init__(self, why: str, status: int = 1) -> None:
        super().__init__(" ".join(why.split()))
        self.status = status
