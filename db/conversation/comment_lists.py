"""Pages of the comments on many tasks or objectives, read together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.core import pagination, validation
from db.core.database import Database
from db.core.enums import CommentKind
from db.core.errors import BadInput
from db.core.pagination import Page
from db.core.queries import q
from db.core.records import Comment

_CURSOR = "comment"
_DEFAULT = 50
_PAIRS = "Send `last` with `before`, or `first` with `after`."


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPage:
    """A page to read, of the comments on one task or one objective."""

    task_id: int | None = None
    objective_id: int | None = None
    kinds: tuple[CommentKind, ...] | None = None
    most: int = _DEFAULT
    place: str | None = None
    backward: bool = False


def requested_page(
    *,
    task_id: int | None = None,
    objective_id: int | None = None,
    kinds: Sequence[CommentKind] | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> CommentPage:
    """The `first` after a cursor, or the `last` before one; BAD_INPUT for both at once."""
    backward = last is not None
    # The schema gives `first` its default where it is left out.
    if backward and (after is not None or first not in (None, _DEFAULT)):
        raise BadInput("last", "last can't be combined with first or after.", _PAIRS)
    if not backward and before is not None:
        raise BadInput("before", "before requires `last`.", _PAIRS)
    place = before if backward else after
    if place is not None:
        pagination.decode(_CURSOR, place, datetime, int)
    most = (
        validation.page("last", last)
        if last is not None
        else validation.page("first", _DEFAULT if first is None else first)
    )
    return CommentPage(
        task_id=task_id,
        objective_id=objective_id,
        kinds=None if kinds is None else tuple(dict.fromkeys(kinds)),
        most=most,
        place=place,
        backward=backward,
    )


async def pages(database: Database, keys: Sequence[CommentPage]) -> dict[CommentPage, Page[Comment]]:
    """Each page, in reading order."""
    found: dict[CommentPage, Page[Comment]] = {}
    for kinds, most, backward in dict.fromkeys((key.kinds, key.most, key.backward) for key in keys):
        asked = [key for key in keys if (key.kinds, key.most, key.backward) == (kinds, most, backward)]
        places = [pagination.decode(_CURSOR, key.place, datetime, int) if key.place else (None, None) for key in asked]
        side = "before" if backward else "after"
        rows = await (q.comments_backward if backward else q.comments_forward)(
            database,
            task_ids=[key.task_id for key in asked],
            objective_ids=[key.objective_id for key in asked],
            kinds=kinds,
            most=most + 1,
            **{f"{side}_times": [time for time, _ in places], f"{side}_ids": [number for _, number in places]},
        )
        grouped: dict[int, list[Comment]] = defaultdict(list)
        for row in rows:
            grouped[row["position"]].append(Comment.of(row))
        for position, key in enumerate(asked, start=1):
            found[key] = Page.of(grouped[position], most, _cursor, resumed=key.place is not None, backward=backward)
    return found


async def counts(database: Database, keys: Sequence[CommentPage]) -> dict[CommentPage, int]:
    """How many comments there are in all, of the kinds asked for."""
    found: dict[CommentPage, int] = {}
    for kinds in dict.fromkeys(key.kinds for key in keys):
        asked = [key for key in keys if key.kinds == kinds]
        rows = await q.count_comments(
            database,
            task_ids=[key.task_id for key in asked],
            objective_ids=[key.objective_id for key in asked],
            kinds=kinds,
        )
        found |= {asked[row["position"] - 1]: row["comments"] for row in rows}
    return found


async def by_ids(database: Database, keys: Sequence[int]) -> dict[int, Comment]:
    """Comments by key."""
    return {row["id"]: Comment.of(row) for row in await q.comments_by_ids(database, comment_ids=keys)}


def _cursor(comment: Comment) -> str:
    return pagination.encode(_CURSOR, comment.created_at, comment.id)
