"""Pages of look_up: as many entries as fit, and the cursor behind the last of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goalroom.mcp.text import Fitted, next_call


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of a list: where to go on behind it, and its lines."""

    cursor: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """`has_more` behind the entries. `end`: where to go on behind a list that grows, also where it is at its end."""

    entries: Sequence[Entry]
    head: Sequence[str] = ()
    has_more: bool = False
    end: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a view looks, for whom, and behind what."""

    room: str = ""
    me: str = ""
    under: str | None = None
    after: str | None = None

    def after_id(self, entries: Sequence[Entry], head: Sequence[str] = ()) -> Page:
        """A page of a list that has no cursors of its own: ids are."""
        at = next((at + 1 for at, one in enumerate(entries) if one.cursor == self.after), 0)
        return Page(entries=entries[at:], head=head)


def shown(page: Page, arguments: Mapping[str, Any], tokens: int) -> str:
    """The page within so many tokens, and the call that shows what is behind it."""
    answer = Fitted.tokens(tokens)
    again = {name: value for name, value in arguments.items() if name != "after"}
    longest = max((len(entry.cursor) for entry in page.entries), default=0)
    # What its end takes, if there has to be one.
    reserve = len(next_call("look_up", **again, after="x" * longest)) + len("cursor: ") + longest + 2
    answer.add(page.head)
    last = None
    for entry in page.entries:
        if not answer.add(entry.lines, reserve):
            if last is None:
                # One that is longer than a page is cut: the next page begins behind it.
                answer.lines += _cut(entry.lines, answer.room - reserve)
                last = entry
            break
        last = entry
    if last is None:
        return "\n".join([*answer.lines, "Nothing.", *([f"cursor: {page.end}"] if page.end else [])])
    if last is not page.entries[-1] or page.has_more:
        answer.lines += [next_call("look_up", **again, after=last.cursor), f"cursor: {last.cursor}"]
    elif page.end:
        answer.lines.append(f"cursor: {page.end}")
    return "\n".join(answer.lines)[: answer.most]


def _cut(lines: Sequence[str], most: int) -> list[str]:
    kept: list[str] = []
    for line in lines:
        rest = most - sum(len(one) + 1 for one in kept)
        if len(line) + 1 > rest:
            return [*kept, f"{line[: max(rest - 2, 1)]}…"]
        kept.append(line)
    return kept
