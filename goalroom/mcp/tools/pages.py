"""Pages of look_up: as many entries as fit, and the cursor behind the last of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from goalroom.mcp.text import Fitted, next_call

# The longest page that can be asked for.
_MOST_TOKENS = 20_000


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
    longest = max((entry.cursor for entry in page.entries), key=len, default="")
    # What its end takes, if there has to be one.
    reserve = max(_size(_on(again, longest, answer.most)), _size([_whole(again)])) + 1
    answer.add(page.head)
    last, is_cut = None, False
    for entry in page.entries:
        if not answer.add(entry.lines, reserve):
            if last is None:
                # One that is longer than a page is cut: the next page begins behind it.
                answer.lines += _cut(entry.lines, answer.room - reserve)
                last, is_cut = entry, True
            break
        last = entry
    if last is None:
        return "\n".join([*answer.lines, "Nothing.", *([f"cursor: {page.end}"] if page.end else [])])
    if last is not page.entries[-1] or page.has_more:
        answer.lines += _on(again, last.cursor, answer.most)
    elif is_cut:
        answer.lines.append(_whole(again))
    elif page.end:
        answer.lines.append(f"cursor: {page.end}")
    return "\n".join(answer.lines)[: answer.most]


def _on(again: Mapping[str, Any], cursor: str, most: int) -> list[str]:
    """How to go on; the cursor alone, where the call would take half of the answer."""
    call, end = next_call("look_up", **again, after=cursor), f"cursor: {cursor}"
    return [call, end] if len(call) <= most // 2 else [end]


def _whole(again: Mapping[str, Any]) -> str:
    return f"{next_call('look_up', **{**again, 'maxTokens': _MOST_TOKENS})} shows more of it"


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _cut(lines: Sequence[str], most: int) -> list[str]:
    kept: list[str] = []
    for line in lines:
        rest = most - sum(len(one) + 1 for one in kept)
        if len(line) + 1 > rest:
            return [*kept, f"{line[: max(rest - 2, 1)]}…"]
        kept.append(line)
    return kept
