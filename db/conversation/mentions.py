"""What a text names: agents as @name, and things by their ids; nothing in its code counts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markdown_it import MarkdownIt

from db.core import ids

# What has ids that count: objectives, key results, tasks and messages.
LETTERS = (ids.OBJECTIVE, ids.KEY_RESULT, ids.TASK, ids.MESSAGE)

# Only what it takes to find code as CommonMark does. Indented text is none: agents indent for other reasons.
_MARKDOWN = MarkdownIt("zero", {"maxNesting": 100}).enable(["fence", "blockquote", "list", "backticks", "escape"])
# Which would hide what was escaped.
_MARKDOWN.disable("text_join")
# What stands in the place of code: it ends the words on both sides.
_CODE = "`"

# An address runs on over letters, dots and slashes, so no name in it is a mention.
_ADDRESS = re.compile(r"""(?<![\w+.-])\w(?:[\w+.-]*:/|[\w-]*(?:\.[\w-]+)+)/[^\s<>"'()\[\],;]+""")
_MENTION = re.compile(r"(?<![^\W_]|[@\\.+%-])@([A-Za-z][\w-]*)(?![@\w-]|\.\w|/\w)")
_ID = re.compile(rf"(?<![\w@.-])([{''.join(LETTERS)}])([1-9][0-9]{{0,17}})(?!\w|\.\d)")

# Thai, Japanese, Chinese and Korean put words right beside a name, without a space: none of their letters belong to it.
_BESIDE_NAMES = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+")


@dataclass(frozen=True, slots=True)
class Named:
    """Words that stand behind an @, and (letter, key) of ids: in order of appearance, once each."""

    words: tuple[str, ...] = ()
    ids: tuple[tuple[str, int], ...] = ()

    def candidates(self) -> list[str]:
        """Every name that one of the words may mean."""
        return list(dict.fromkeys(name for word in self.words for name in _names(word)))

    def resolve(self, known: Mapping[str, int]) -> tuple[list[int], list[str]]:
        """The agents that are meant, among those of these names; and the words that name none of them."""
        found: dict[int, None] = {}
        unknown: dict[str, str] = {}
        for word in self.words:
            name = next((name for name in _names(word) if name in known), None)
            if name is not None:
                found[known[name]] = None
            else:
                bare = word.rstrip("-_")
                unknown.setdefault(bare.lower(), bare)
        return list(found), list(unknown.values())


def read(text: str) -> Named:
    """What the text names outside its code."""
    spaced = _BESIDE_NAMES.sub(" ", text)
    if _MENTION.search(spaced) is None and _ID.search(spaced) is None:
        return Named()
    plain = _BESIDE_NAMES.sub(" ", _ADDRESS.sub(" ", prose(text)))
    words: dict[str, str] = {}
    for match in _MENTION.finditer(plain):
        words.setdefault(match[1].lower(), match[1])
    return Named(
        words=tuple(words.values()),
        ids=tuple(dict.fromkeys((match[1], int(match[2])) for match in _ID.finditer(plain))),
    )


def prose(text: str) -> str:
    """The text without its code."""
    if "`" not in text and "~~~" not in text:
        return text
    parts = []
    for token in _MARKDOWN.parse(text):
        for child in token.children or ():
            if child.type == "code_inline":
                parts.append(_CODE)
            else:
                # What is escaped keeps its backslash, so that \@name is no mention here either.
                parts.append(child.markup if child.type == "text_special" else child.content)
        parts.append("\n")
    return "".join(parts)


def _names(word: str) -> list[str]:
    """A name may end with a hyphen or an underscore; a word in a sentence may be followed by one."""
    return list(dict.fromkeys([word.lower(), word.lower().rstrip("-_")]))
