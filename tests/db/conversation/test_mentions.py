"""What a text names, told from the text alone."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from db.conversation import mention_resolution, mentions
from db.core import ids

names = st.from_regex(r"[a-z][a-z0-9_-]{0,20}[a-z0-9]", fullmatch=True)
# The dashboard reads the same: see dashboard/src/components/mentions.test.ts.
EXAMPLES = json.loads((Path(__file__).parents[2] / "data" / "mentions.json").read_text())
words = st.text(alphabet="abcdefgh XYZ,.!?\n", max_size=40)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@bob", ["bob"]),
        ("Ask @Bob, then @ALICE.", ["Bob", "ALICE"]),
        ("@bob @Bob @BOB", ["bob"]),
        ("@alice's, (@bob), **@carol** _@dan_ @eve: \"@gus\"", ["alice", "bob", "carol", "dan_", "eve", "gus"]),
        ("@bob/@alice", ["bob", "alice"]),
        ("a line\n@bob\n> @alice\n- @carol\n    @dan", ["bob", "alice", "carol", "dan"]),
        ("@bob-1 @bob_2", ["bob-1", "bob_2"]),
        ("a@b.c and first.last+tag@bob.example", []),
        ("git@bob:repo root@bob", []),
        ("https://example.com/@bob medium.com/@bob ssh://git@bob/x", []),
        ("@types/node and @bob.example.com", []),
        ("@@bob @bob@example.com", []),
        ("\\@bob", []),
        ("`\\@bob` \\@alice", []),
        ("@ bob, @2pm, @-x, @", []),
        ("`@property` and ``a ` @bob``", []),
        ("```\n@property\ndef x(self): ...\n```", []),
        ("~~~ py\n@property\n\n@bob\n~~~\n@alice", ["alice"]),
        ("- like this:\n\n  ```\n  @property\n\n  @bob\n  ```\n\n  @alice", ["alice"]),
        ("> ```\n> @bob\n> ```\n> @alice", ["alice"]),
        ("a fence that never ends\n```\n@bob", []),
        ("one ` is no code, @bob", ["bob"]),
        ("\\`@bob\\`", ["bob"]),
        ("<details>\n```\n@property\n\n@x\n```\n</details>\n@bob", ["bob"]),
        ("`x`@bob", ["bob"]),
        ("`a\n\n@bob` in two paragraphs", ["bob"]),
        ("请@bob看一下 @aliceさん、@carol은", ["bob", "alice", "carol"]),
        ("https://example.com/日本/@bob é@bob", []),
    ],
)  # fmt: skip
def test_names_are_found_where_they_are_said(text: str, named: list[str]) -> None:
    assert list(mentions.read(text).words) == named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("T42, O7; (K3) M9!", ["T42", "O7", "K3", "M9"]),
        ("T2 before T1, and T2 again", ["T2", "T1"]),
        ("#T4 T5's **T6** T7-T8", ["T4", "T5", "T6", "T7"]),
        ("t42 T0 T042 T4x xT4 T4.5 T99999999999999999999", []),
        ("@T4 a@T4 https://example.com/T4", []),
        ("A1 R1 S1 C1", []),
        ("先做T1再做T2", ["T1", "T2"]),
        ("`T1` T2\n```\nT3\n```\nT4", ["T2", "T4"]),
    ],
)
def test_ids_are_found_where_they_stand_alone(text: str, named: list[str]) -> None:
    assert [ids.of(*one) for one in mentions.read(text).ids] == named


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["text"])
def test_what_stands_beside_addresses_and_comments_is_told_from_what_stands_in_them(example: dict[str, Any]) -> None:
    named = mentions.read(example["text"])

    assert [word.lower() for word in named.words] == example["names"]
    assert [ids.of(*one) for one in named.ids] == example["ids"]


# Addresses as they are made, and what may follow them without a space.
paths = st.lists(st.from_regex(r"[\w~%-]{1,8}", fullmatch=True, alphabet="aZ0é~%-_"), max_size=4).map("/".join)
addresses = st.builds(
    "{}/{}".format, st.sampled_from(["https://x.example", "x.example", "ssh://git@bob", "http://x:1"]), paths
)
ends = st.sampled_from([" ", "\uff0c", "。", "请", "を", "—", "…", "|", ")", "”", "》", ", ", "\n"])


@given(addresses, ends, names)
def test_a_name_is_found_behind_an_address_and_not_in_it(address: str, end: str, name: str) -> None:
    said = mentions.read(f"见{address}/@{name}{end}@{name} 和 {address}/@eve-of-it{end}T1")

    assert said == mentions.Named((name,), ((ids.TASK, 1),))


# A blank line ends the paragraph, and with it the comment that began in it, as CommonMark has it.
@given(words, names, words.filter(lambda text: "\n" not in text))
def test_nothing_in_a_comment_is_found(before: str, name: str, within: str) -> None:
    assert mentions.read(f"{before} <!-- {within}@{name} T1 ` --> {before}") == mentions.Named()


@given(st.lists(names, max_size=5), words)
def test_every_name_that_is_said_is_found_in_order(said: list[str], between: str) -> None:
    text = between.join(f" @{name} " for name in said)

    assert list(mentions.read(text).words) == list(dict.fromkeys(said))


@given(words, names, words, st.sampled_from(["`{}`", "``{}``", "\n```\n{}\n```\n", "\n~~~ js\n{}\n~~~\n"]))
def test_nothing_in_code_is_found(before: str, name: str, after: str, code: str) -> None:
    text = f"{before} {code.format(f'@{name} T42')} {after}"

    assert mentions.read(text) == mentions.Named()


@given(st.text(), st.text(alphabet="@\uff20ab.-_/`~<!>\\ \n1T:请。"))
@example("", "@T\\\n1`")
def test_any_text_can_be_read(anything: str, likely: str) -> None:
    for text in (anything, likely):
        named = mentions.read(text)

        assert all(f"@{word}" in text.translate({0xFF20: "@", 0xFE6B: "@"}) for word in named.words)
        assert all(ids.of(*one) in text for one in named.ids)


def test_words_are_known_with_what_a_sentence_put_behind_them() -> None:
    named = mentions.read("@bob- @Al_ @al- @nobody_ @Nobody @bob")

    agents, unknown = named.resolve({"bob": 1, "al-": 2, "al": 3})

    assert agents == [1, 3, 2]
    assert unknown == ["nobody"]
    assert set(named.candidates()) >= {"bob", "al-", "al", "nobody"}


async def test_others_go_on_while_a_long_text_is_read() -> None:
    text = "- `b`\n" * 10_000 + "@bob"
    reading = asyncio.create_task(mention_resolution.read(text))
    steps = 0
    while not reading.done():
        steps += 1
        await asyncio.sleep(0.001)

    assert await reading == mentions.Named(("bob",))
    assert steps > 5
