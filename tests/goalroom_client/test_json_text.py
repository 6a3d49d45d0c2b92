"""Texts of JSON that are changed: what they say then, and that all else stays as somebody wrote it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from goalroom_client.failures import Failure
from goalroom_client.tool_files import json_text
from goalroom_client.tool_files.json_entries import JsonEntries

ENTRY = {"hooks": [{"type": "command", "command": "gr hook stop", "timeout": 5}]}
OURS = JsonEntries(
    Path("file"), {("servers", "goalroom"): {"url": "x", "headers": {"a": "b"}}}, {"Stop": ENTRY}, comments=True
)
KEYS = st.sampled_from(["servers", "hooks", "Stop", "other", "a", 'ü "\\'])
GAPS = st.sampled_from(["", "", " ", "\n", "\n  ", "\n\t", " // why\n", "/* } */", " /* a\n b */ "])


@st.composite
def objects(draw: st.DrawFn, depth: int = 3, *, gaps: st.SearchStrategy[str] = GAPS) -> str:
    """An object as anybody may have written it, in which what we change is of the right kind."""
    text = "{" + draw(gaps)
    keys = draw(st.lists(KEYS, unique=True, max_size=4))
    for number, key in enumerate(keys):
        if key in {"servers", "hooks"}:
            value = draw(objects(depth - 1, gaps=gaps)) if depth else "{}"
        elif key == "Stop":
            value = "[" + draw(gaps) + draw(st.sampled_from(["", "1", '{"hooks": []}', '1, "]"'])) + draw(gaps) + "]"
        else:
            value = draw(st.sampled_from(["1", "null", '"// no"', "[1, [2]]", '{"x": {}}', "-1.5e3", '"\\u00fc/*"']))
        comma = "," if number < len(keys) - 1 or (gaps is GAPS and draw(st.booleans())) else ""
        text += json.dumps(key) + draw(gaps) + ":" + draw(gaps) + value + draw(gaps) + comma + draw(gaps)
    return text + "}"


def data(text: str, *, comments: bool = True) -> Any:
    return json_text.read(text, comments=comments).data


def merged(found: Any) -> Any:
    """With what is ours in it."""
    whole = json.loads(json.dumps(found))
    whole.setdefault("servers", {})["goalroom"] = {"url": "x", "headers": {"a": "b"}}
    whole.setdefault("hooks", {}).setdefault("Stop", []).append(ENTRY)
    return whole


@example("", '{"a": 1, // why\n"hooks": {}}', "")
@given(GAPS, objects(), GAPS)
def test_what_is_put_in_is_there_and_goes_without_a_trace(before: str, body: str, after: str) -> None:
    text = before + body + after

    added = OURS.added(text)

    assert data(added) == merged(data(text))
    assert OURS.added(added) == added
    assert OURS.holds(added)
    # All of what stood there still does, in its order.
    rest = iter(added)
    assert all(letter in rest for letter in text.replace(" ", "").replace("\n", "").replace("\t", "") if letter != "\t")
    removed = OURS.removed(added)
    assert not OURS.holds(removed)
    if not _has_empty(data(text)):
        assert removed == text


def _has_empty(found: Any) -> bool:
    """Whether what we drop when it is empty was empty before."""
    hooks = found.get("hooks")
    return {} in (found, found.get("servers"), hooks) or (hooks or {}).get("Stop") == []


@settings(max_examples=40)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_json_is_read_as_json(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=1, ensure_ascii=False)):
        assert data(text, comments=False) == data(text) == json.loads(text)


@given(objects(gaps=st.sampled_from(["", " ", "\n"])), st.integers(0, 200), st.sampled_from('{}[],:"x/*'))
def test_what_is_no_json_is_refused_as_by_everybody(text: str, at: int, letter: str) -> None:
    broken = text[:at] + letter + text[at + 1 :]
    try:
        wanted = json.loads(broken)
    except ValueError:
        with pytest.raises(ValueError, match="char"):
            data(broken, comments=False)
    else:
        assert data(broken, comments=False) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        # As VS Code's own guide has them.
        (
            (
                '{\n  // Ask for the key\n  "inputs": [{"id": "key", "type": "promptString"}],\n  "servers": {\n'
                '    "other": { "url": "x" }, // the old one\n  }\n}\n'
            ),
            (
                '{\n  // Ask for the key\n  "inputs": [{"id": "key", "type": "promptString"}],\n  "servers": {\n'
                '    "other": { "url": "x" }, // the old one\n    "goalroom": {\n      "url": "x"\n    },\n  }\n}\n'
            ),
        ),
        (
            '{\n    "servers": {\n        "other": {"args": ["a", "b"]} // why\n    }\n}',
            (
                '{\n    "servers": {\n        "other": {"args": ["a", "b"]}, // why\n        "goalroom": {\n'
                '            "url": "x"\n        }\n    }\n}'
            ),
        ),
        ('{"servers": {"other": 1}}', '{"servers": {"other": 1, "goalroom": {"url": "x"}}}'),
        ("// mine\n", '// mine\n{\n  "servers": {\n    "goalroom": {\n      "url": "x"\n    }\n  }\n}\n'),
        ("{ /* none */ }", '{ /* none */ "servers": {"goalroom": {"url": "x"}} }'),
    ],
)
def test_it_is_written_as_its_neighbours_are(text: str, wanted: str) -> None:
    entries = JsonEntries(Path("file"), {("servers", "goalroom"): {"url": "x"}}, comments=True)

    assert entries.added(text) == wanted


def test_a_text_that_is_nested_too_deeply_is_refused() -> None:
    with pytest.raises(Failure):
        OURS.added('{"a":' + "[" * 100_000)
