"""The caller of what is read once for many: it sees what they see, and is none of them."""

from dataclasses import fields
from typing import NoReturn

from db.core.callers import Caller
from db.core.records import Event


class AskedWho(Exception):  # noqa: N818  # no error: it has to be read for each caller alone
    """Who asks matters for what was to be shared."""


class SharedCaller(Caller):
    """Everybody who sees these rooms; None is all of them.

    It is party to no direct message. Whatever asks who it is, or what it may do, is refused, and `was_asked` says so: a
    result for which nothing asked is the same for all of them.
    """

    was_asked: bool

    def __init__(self, visible_rooms: tuple[int, ...] | None) -> None:
        # Callers are frozen.
        object.__setattr__(self, "_visible_rooms", visible_rooms)
        object.__setattr__(self, "was_asked", False)

    @property
    def visible_rooms(self) -> tuple[int, ...] | None:
        rooms: tuple[int, ...] | None = vars(self)["_visible_rooms"]
        return rooms

    def sees(self, room_id: int) -> bool:
        return self.visible_rooms is None or room_id in self.visible_rooms

    def is_party_to(self, event: Event) -> bool:
        return not event.is_direct


def _refuse(caller: SharedCaller) -> NoReturn:
    object.__setattr__(caller, "was_asked", True)
    raise AskedWho


# Whatever a caller may come to have besides.
for _field in fields(Caller):
    setattr(SharedCaller, _field.name, property(_refuse))
