"""Short typed ids: the letter says the table, the number is its key."""

import re

from db.core.errors import BadInput

ROOM, AGENT, SESSION, OBJECTIVE, KEY_RESULT, TASK = "R", "A", "S", "O", "K", "T"
COMMENT, REVIEW, EVENT, CRITERION, INBOX_ITEM, MESSAGE, RESOURCE = "C", "V", "E", "Q", "I", "M", "X"
SCHEDULE, PROPOSAL, REFLECTION, INSIGHT, WEBHOOK = "Z", "D", "F", "N", "W"
TOKEN = "Y"  # noqa: S105  # a letter, no secret

NOUNS = {
    ROOM: "a room",
    AGENT: "an agent",
    SESSION: "a session",
    OBJECTIVE: "an objective",
    KEY_RESULT: "a key result",
    TASK: "a task",
    COMMENT: "a comment",
    REVIEW: "a review",
    EVENT: "an event",
    CRITERION: "a criterion",
    INBOX_ITEM: "an inbox item",
    MESSAGE: "a message",
    RESOURCE: "a resource",
    SCHEDULE: "a schedule",
    PROPOSAL: "a proposal",
    REFLECTION: "a reflection",
    INSIGHT: "an insight",
    WEBHOOK: "a webhook",
    TOKEN: "a token",
}

_SHOWN = 40

# 18 digits always fit a bigint.
_ID = re.compile(r"([A-Za-z])(0|[1-9][0-9]{0,17})")


def of(letter: str, key: int) -> str:
    """The id of the row with this key: `of(TASK, 42)` is T42."""
    return f"{letter}{key}"


def split(text: str) -> tuple[str, int]:
    """Letter and key of an id of any kind, else BAD_INPUT."""
    match = _ID.fullmatch(text)
    if match is None or match[1].upper() not in NOUNS:
        raise BadInput("id", f"{_shown(text)} is not a valid id. Ids are a letter and a number, like T42.")
    return match[1].upper(), int(match[2])


def key(letter: str, text: str) -> int:
    """The key in an id of this letter; BAD_INPUT for anything else."""
    match = _ID.fullmatch(text)
    if match is None or match[1].upper() != letter:
        raise BadInput("id", is_not_of(letter, text))
    return int(match[2])


def is_not_of(letter: str, text: str) -> str:
    """What is said of a text that is no id of this letter."""
    return f"{_shown(text)} is not the id of {NOUNS[letter]}; those look like {letter}42."


def key_or_name(letter: str, text: str) -> int | str:
    """The key, where the text has the form of an id of this letter; otherwise the text, lower case, as a name."""
    match = _ID.fullmatch(text)
    if match is None:
        return text.lower().removeprefix("@")
    return key(letter, text)


def is_of(letter: str, text: str) -> bool:
    """Whether the text has the form of an id of this letter."""
    match = _ID.fullmatch(text)
    return match is not None and match[1].upper() == letter


def looks_like_one(name: str) -> bool:
    """Whether a name could be taken for an id, which no name may be."""
    return _ID.fullmatch(name) is not None


def _shown(text: str) -> str:
    """Enough of a wrong id to recognise it by."""
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "...")
