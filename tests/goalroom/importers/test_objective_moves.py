"""Objectives move as far as no circle forbids it, in whichever order the file names them."""

from hypothesis import given
from hypothesis import strategies as st

from db.operations.import_plan import Known, KnownObjective
from goalroom.importers.beads.model import BEADS
from goalroom.importers.hierarchy import Hierarchy
from goalroom.importers.issues import EPIC, Context, File, Issue
from goalroom.importers.objective_moves import ObjectiveMoves

KEYS = "abcdef"
PARENTS = st.dictionaries(st.sampled_from(KEYS), st.none() | st.sampled_from(KEYS))


def moves(above: dict[str, str]) -> ObjectiveMoves:
    """Of objectives of a room that are below one another so."""
    number = {key: n for n, key in enumerate(KEYS, start=1)}
    known = Known(
        {key: KnownObjective(n, in_draft=False, cancelled=False, tasks=()) for key, n in number.items()},
        above={number[key]: number[parent] for key, parent in above.items()},
    )
    file = File(BEADS)
    for key, n in number.items():
        fields = {"line": n, "id": key, "title": key, "issue_type": EPIC}
        file.issues[key] = Issue.model_validate(fields, context=Context(BEADS, key))
    return ObjectiveMoves(Hierarchy(file, known), known)


def closes(above: dict[str, str], key: str, parent: str) -> bool:
    at: str | None = parent
    while at is not None and at != key:
        at = above.get(at)
    return at == key


@given(start=PARENTS, wanted=PARENTS)
def test_no_circle_is_closed_and_nothing_stays_that_could_move(
    start: dict[str, str | None], wanted: dict[str, str | None]
) -> None:
    above = {key: parent for key, parent in start.items() if parent is not None and parent < key}

    moved, why_not = moves(above).move(wanted)

    assert sorted([*moved, *why_not]) == sorted(wanted)
    for key in moved:
        parent = wanted[key]
        above.pop(key, None)
        if parent is not None:
            assert not closes(above, key, parent)
            above[key] = parent
    stay = {key: parent for key in why_not if (parent := wanted[key]) is not None}
    assert stay.keys() == why_not.keys()
    assert all(closes(above, key, parent) for key, parent in stay.items())
