"""One call of a command: its options, the server that it speaks to, and what it answers."""

import sys
from argparse import Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from goalroom_client.text_lines import printable

if TYPE_CHECKING:
    from goalroom_client.api import Api
    from goalroom_client.connection_settings import Connection, Given


class Answer(NamedTuple):
    """What goes to standard output: `data` for programs, `text` for reading."""

    data: Any
    text: str
    status: int = 0


class Command(NamedTuple):
    """What a command takes, and what it does. It answers None where it has printed all by itself."""

    run: Callable[["Call"], Answer | None]
    arguments: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = ()
    # Why somebody would use it, below its usage.
    description: str = ""


def arg(*names: str, **options: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    """One argument, as argparse takes it."""
    return names, options


class Call:
    """The options as attributes of `options`."""

    def __init__(self, options: Namespace) -> None:
        self.options = options
        self._settings: Connection | None = None
        self._api: Api | None = None
        self._haste: dict[str, Any] = {}

    @property
    def settings(self) -> "Connection":
        """Where requests go, and as whom; found when it is first needed."""
        if self._settings is None:
            from goalroom_client.connection_settings import connection

            self._settings = connection(self.given)
        return self._settings

    @property
    def api(self) -> "Api":
        """The server; importing what speaks HTTP takes longer than all else, and some commands need none."""
        if self._api is None:
            from goalroom_client.api import Api

            self._api = Api(self.settings, **self._haste)
        return self._api

    def ask_once(self, seconds: float) -> None:
        """From now on ask the server once and for so long, where nobody can wait for it."""
        self._haste = {"patience": seconds, "retries": 0}

    @property
    def given(self) -> "Given":
        """What the options say of where to connect."""
        from goalroom_client.connection_settings import Given

        options = self.options
        return Given(options.url, options.token_file, options.room, options.session, options.profile)

    @property
    def room(self) -> str | None:
        return self.settings.room

    @property
    def session(self) -> str | None:
        return self.settings.session

    def ask(self, document: str, /, **variables: Any) -> dict[str, Any]:
        """A question, or a write that may be sent twice."""
        return self.api.ask(document, **variables)

    def write(self, document: str, /, **input_fields: Any) -> Any:
        """What the one mutation answers, which happens once: see `Api.ask`."""
        (answer,) = self.api.ask(document, once=True, input=input_fields).values()
        return answer

    def create(self, document: str, /, **input_fields: Any) -> Any:
        """What the one mutation answers, which may be sent again: it has a key, or again is the same."""
        (answer,) = self.api.ask(document, input=input_fields).values()
        return answer

    def line(self, text: str) -> None:
        """A line of standard output at once, for commands that go on."""
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()

    def warn(self, text: str) -> None:
        """A line of standard error."""
        sys.stderr.write(f"{printable(text)}\n")
