"""Criteria as people write them: lists in markdown, of any kind."""

import re

_ITEM = re.compile(r"\s*(?:[-*+•]|\d+[.)])\s+(?:\[(?P<box>[ xX])\]\s*)?(?P<text>\S.*)")
_BOX = re.compile(r"\s*\[(?P<box>[ xX])\]\s*(?P<text>\S.*)")
_FIRST_OF_LINE = re.compile(r"(?:.*:\s)?\s*\(?1[.)]\s+")
_HEADING = re.compile(r"\s*(?:#+\s.*|.*:)\s*")


def criteria_of(text: str) -> list[tuple[str, bool]]:
    """Each item of a list in markdown, with whether its box is ticked; text that is not a list is one criterion."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) == 1:
        lines = _numbered_items(lines[0]) or lines
    if not any(_ITEM.match(line) for line in lines):
        return [(text.strip(), False)] if text.strip() else []
    found: list[tuple[str, bool]] = []
    for line in lines:
        item = _ITEM.fullmatch(line) or _BOX.fullmatch(line)
        if item is not None:
            found.append((item["text"].strip(), (item["box"] or "").lower() == "x"))
        elif _HEADING.fullmatch(line) and not line.startswith(" "):
            # It says of what the list is, not what must hold.
            continue
        elif found and line.startswith((" ", "\t")):
            # The item goes on.
            found[-1] = (f"{found[-1][0]}\n{line.strip()}", found[-1][1])
        else:
            found.append((line.strip(), False))
    return found


def _numbered_items(line: str) -> list[str]:
    """The items of a numbered list on one line, such as `1. It builds. 2. It is fast.`, if it is one."""
    first = _FIRST_OF_LINE.match(line)
    items: list[str] = []
    while first is not None:
        following = re.compile(rf"\s\(?{len(items) + 2}[.)]\s+").search(line, first.end())
        items.append(f"- {line[first.end() : following.start() if following else len(line)].strip()}")
        first = following
    return items if len(items) > 1 else []
