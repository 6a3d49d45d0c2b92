"""What a text names: agents as @name, and things by their ids; nothing in its code or comments counts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock, html_block
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from db.core import ids

# What has ids that count: objectives, key results, tasks, messages and proposals.
LETTERS = (ids.OBJECTIVE, ids.KEY_RESULT, ids.TASK, ids.MESSAGE, ids.PROPOSAL)


_COMMENT = "<!--"


def _comment_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 -- markdown-it's own
    """CommonMark's block of HTML where it is a comment: the others hide nothing of what they hold."""
    at = state.bMarks[start] + state.tShift[start]
    return state.src.startswith(_COMMENT, at) and html_block(state, start, end, silent)


def _comment(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 -- markdown-it's own
    """CommonMark's HTML within a paragraph, where it is a comment."""
    # Where one has no end, no later one has, so that the text is searched once.
    if not state.src.startswith(_COMMENT, state.pos) or state.env.get("without end") is state.src:
        return False
    end = state.src.find("-->", state.pos + 2)
    if end == -1:
        state.env["without end"] = state.src
        return False
    if not silent:
        state.push("comment", "", 0)
    state.pos = end + 3
    return True


# Only what it takes to find code and comments as CommonMark does. Indented text is no code: agents indent for other
# reasons.
_MARKDOWN = MarkdownIt("zero", {"maxNesting": 100, "html": True})
_MARKDOWN.enable(["fence", "blockquote", "list", "backticks", "escape"])
_MARKDOWN.inline.ruler.before("backticks", "comment", _comment)
_MARKDOWN.block.ruler.before("paragraph", "comment", _comment_block, {"alt": ["paragraph", "blockquote"]})
# Which would hide what was escaped.
_MARKDOWN.disable("text_join")
# What stands in the place of code: it ends the words on both sides.
_CODE = "`"

# Thai, Japanese, Chinese, Korean and their neighbours put words right beside a name, without a space: none of their
# letters belong to it.
_BESIDE = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3031-\u3035\u3040-\u318f\u31a0-\u31bf"
    "\u31f0-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
_BESIDE_NAMES = re.compile(f"[{_BESIDE}]+")

# No name or id in an address counts. An address runs on over what RFC 3986 lets stand in it, and letters of scripts
# that put spaces between words; those of others belong to it only as a part between slashes. So it ends at a quote, a
# bar or a dash, and where a Chinese sentence goes on. (linkify-it and GFM run on over all of these.) What ends a
# sentence, and stands before an @ or an id, is no part of it either. The dashboard's mentions.ts does the same.
_WORD = rf"[^\W{_BESIDE}]"
_ADDRESS = re.compile(
    rf"(?<!{_WORD}|[+.-])(?:{_WORD}(?:{_WORD}|[+.-])*:/|(?:{_WORD}|[{_BESIDE}])(?:{_WORD}|-)*(?:\.(?:{_WORD}|-)+)+)/"
    rf"(?:(?![.:!?*]@)(?:{_WORD}|[-.~:/?#@!$&*+=%])|[{_BESIDE}]+(?=[/?#&=])"
    rf"|[,;'](?=[A-Za-z0-9%])(?![{''.join(LETTERS)}][1-9])|\([\w.,%+-]*\)|{{[\w.,%+-]*}})+"
)
_AT = re.compile("@[A-Za-z]")
_MENTION = re.compile(r"(?<![^\W_]|[@\\])@([A-Za-z][\w-]*)(?![@\w-]|\.\w|/\w)")
_ID = re.compile(rf"(?<![\w@.-])([{''.join(LETTERS)}])([1-9][0-9]{{0,17}})(?!\w|\.\d)")

# The @ of keyboards for Chinese, Japanese and Korean.
_WIDE_AT = str.maketrans("\uff20\ufe6b", "@@")


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
    spaced = _apart(text)
    if _AT.search(spaced) is None and _ID.search(spaced) is None:
        return Named()
    plain = _apart(_ADDRESS.sub(" ", prose(text)))
    words: dict[str, str] = {}
    for match in _MENTION.finditer(plain):
        words.setdefault(match[1].lower(), match[1])
    return Named(
        words=tuple(words.values()),
        ids=tuple(dict.fromkeys((match[1], int(match[2])) for match in _ID.finditer(plain))),
    )


def prose(text: str) -> str:
    """The text without its code and comments."""
    if "`" not in text and "~~~" not in text and _COMMENT not in text:
        return text
    parts: list[str] = []
    for token in _MARKDOWN.parse(text):
        for inline in _MARKDOWN.parseInline(token.content) if token.type == "html_block" else [token]:
            parts += [_said(child) for child in inline.children or ()]
        parts.append("\n")
    return "".join(parts)


def _said(token: Token) -> str:
    if token.type == "code_inline":
        return _CODE
    if token.type == "comment":
        return " "
    if token.type == "hardbreak":
        # A backslash at the end of a line: what stands before it and behind it is no one word.
        return "\n"
    # What is escaped keeps its backslash, so that \\@name is no mention here either.
    return token.markup if token.type == "text_special" else token.content


def _apart(text: str) -> str:
    """The text with a space in place of letters that may stand right beside a name, and with one kind of @."""
    return _BESIDE_NAMES.sub(" ", text.translate(_WIDE_AT))


def _names(word: str) -> list[str]:
    """A name may end with a hyphen or an underscore; a word in a sentence may be followed by one."""
    return list(dict.fromkeys([word.lower(), word.lower().rstrip("-_")]))
