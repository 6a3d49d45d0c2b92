"""Which insight a new reflection belongs to: the best fitting one, or one that it makes with others."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from db.conversation import comments
from db.core import ids
from db.core.enums import CommentKind, EventKind, InsightStatus
from db.core.queries import q, required
from db.core.records import Reflection
from db.core.text import one_line
from db.core.transaction import Transaction

if TYPE_CHECKING:
    from db.core.statements import ReflectionsLikeRow

_TITLE = 200
# Where none is open, what was decided is heard on: as comments, or until it is open again.
_ORDER = (InsightStatus.OPEN, InsightStatus.PROMOTED, InsightStatus.DISMISSED)


async def match(tx: Transaction, reflection: Reflection) -> None:
    """Put the reflection into an insight, where others of its room say the same. The room's lock is held.

    Relatives are one voice: with them alone it stays by itself.
    """
    alike = await q.reflections_like(tx, reflection_id=reflection.id)
    fitting = [row for row in alike if row["insight_id"] is not None]
    if fitting:
        best = min(
            fitting,
            key=lambda row: (_ORDER.index(InsightStatus(required(row["status"]))), -row["fit"], row["insight_id"]),
        )
        await _join(tx, reflection, best)
    elif any(row["family_id"] != reflection.family_id for row in alike):
        await _found(tx, reflection, alike)


async def _join(tx: Transaction, reflection: Reflection, best: "ReflectionsLikeRow") -> None:
    await q.put_into_insight(tx, insight_id=best["insight_id"], reflection_ids=[reflection.id])
    if best["status"] == InsightStatus.PROMOTED:
        body = f"{ids.of(ids.REFLECTION, reflection.id)} says the same.\n\n{text(reflection)}"
        await comments.write(
            tx,
            reflection.room_id,
            CommentKind.NOTE,
            body,
            author=reflection.author_id,
            task=best["promoted_to"],
        )
    elif best["status"] == InsightStatus.DISMISSED:
        await q.open_insight_again(tx, insight_id=required(best["insight_id"]))


async def _found(tx: Transaction, reflection: Reflection, alike: Sequence["ReflectionsLikeRow"]) -> None:
    first = Reflection.of((await q.reflections_by_ids(tx, reflection_ids=[alike[0]["id"]]))[0])
    title = one_line(first.change if first.change.strip() else first.did_not_work, _TITLE)
    insight_id = required(await q.insert_insight(tx, room_id=reflection.room_id, title=title))
    members = [reflection.id, *(row["id"] for row in alike)]
    await q.put_into_insight(tx, insight_id=insight_id, reflection_ids=members)
    shared = sorted({word for row in alike for word in row["shared"]})
    tx.append_event(
        reflection.room_id,
        EventKind.INSIGHT_FOUND,
        data={"insight": ids.of(ids.INSIGHT, insight_id), "title": title, "shared": shared},
    )


def text(reflection: Reflection) -> str:
    """What was said, for a comment or a task."""
    said = {"Worked": reflection.worked, "Did not work": reflection.did_not_work, "Change": reflection.change}
    return "\n\n".join(f"{name}: {words.strip()}" for name, words in said.items() if words.strip())
