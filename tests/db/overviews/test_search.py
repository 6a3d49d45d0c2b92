"""Search: what a room holds, by its words and by ids, best first, and nothing of other rooms."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from db.conversation import message_send, messages
from db.conversation.message_send import NewMessage
from db.core import ids
from db.core.callers import Caller
from db.core.database import Database
from db.core.enums import CommentKind, Role
from db.core.errors import BadInput, NotFound
from db.core.records import Objective, Room, Task
from db.overviews import search
from db.tasks import comment_mutations
from tests.factories import World
from tests.size import sized


@pytest.fixture
async def room(world: World) -> Room:
    return await world.room("web")


@pytest.fixture
async def ann(world: World, room: Room) -> Caller:
    return await world.agent("ann", rooms=[room])


async def found(database: Database, caller: Caller, text: str, room: str | None = None, first: int = 20) -> list[str]:
    return [ids.of(letter, key) for letter, key in await search.find(database, caller, text, room, first)]


def name(one: Task | Objective) -> str:
    return ids.of(ids.TASK if isinstance(one, Task) else ids.OBJECTIVE, one.id)


async def said(database: Database, caller: Caller, on: str, body: str) -> str:
    return ids.of(ids.COMMENT, (await comment_mutations.add(database, caller, on, CommentKind.NOTE, body, None)).id)


async def posted(database: Database, room: Room, body: str) -> str:
    async with database.transaction() as tx:
        return ids.of(ids.MESSAGE, await messages.post(tx, room.id, messages.OPS, body))


async def test_each_noun_is_found_by_its_words(database: Database, world: World, room: Room, ann: Caller) -> None:
    titled = name(await world.task(room, title="Rotate the certificates"))
    described = name(await world.task(room, description="The certificate of the mail server"))
    objective = name(await world.objective(room, description="No certificate ever expires"))
    comment = await said(database, ann, described, "Certificates are in the vault")
    message = await posted(database, room, "Who knows about certificates?")
    await world.task(room, title="Water the plants")

    assert set(await found(database, ann, "certificate")) == {titled, described, objective, comment, message}
    assert (await found(database, ann, "certificates"))[0] == titled
    assert await found(database, ann, "certificate vault") == [comment]
    assert await found(database, ann, '"mail server"') == [described]
    assert set(await found(database, ann, "certificate -vault -rotate")) == {described, objective, message}


async def test_notes_are_searched_too(database: Database, world: World, room: Room, ann: Caller) -> None:
    task = await world.task(room)
    await database.execute("update task set notes = 'The pump leaks' where id = $1", task.id)

    assert await found(database, ann, "leak") == [name(task)]


async def test_what_has_the_words_in_its_title_comes_first_and_the_newest_of_equals(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    task = name(await world.task(room, title="Pump", description="x"))
    older, newer = [await said(database, ann, task, "The pump leaks") for _ in range(2)]
    objective = name(await world.objective(room, title="Something else", description="About the pump, among much else"))

    order = await found(database, ann, "pump")

    assert order[0] == task
    assert order.index(newer) < order.index(older)
    assert set(order) == {task, older, newer, objective}
    assert await found(database, ann, "pump", first=2) == order[:2]


async def test_ids_are_found_as_ids_before_what_mentions_them(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    task, other = name(await world.task(room)), name(await world.task(room))
    objective = name(await world.objective(room))
    comment = await said(database, ann, other, f"Waits for {task}")
    message = await posted(database, room, "Hello")

    assert await found(database, ann, task) == [task, comment]
    assert await found(database, ann, task.lower()) == [task, comment]
    assert await found(database, ann, f"{message} ({comment}), {objective}; {task}!") == [
        message, comment, objective, task,
    ]  # fmt: skip
    assert await found(database, ann, f"{task} {task}", first=1) == [task]
    assert await found(database, ann, f"x{task} {task}x T999999 T0 T01 A1 R1") == []


async def test_nothing_of_another_room_is_found(database: Database, world: World, room: Room, ann: Caller) -> None:
    there = await world.room("there")
    hidden = await world.task(there, title="Rotate the certificates")
    objective = await world.objective(there, title="Certificates")
    comment = await said(database, await world.creator(), name(hidden), "Certificates")
    message = await posted(database, there, "Certificates")
    mine = name(await world.task(room, title="Certificates"))

    assert await found(database, ann, "certificates") == [mine]
    assert await found(database, ann, f"{name(hidden)} {name(objective)} {comment} {message}") == []
    for reference in ("there", f"R{there.id}", "nowhere"):
        with pytest.raises(NotFound):
            await search.find(database, ann, "certificates", reference, 20)
    admin = await world.creator()
    assert set(await found(database, admin, "certificates", "there")) == {
        name(hidden), name(objective), comment, message,
    }  # fmt: skip


async def test_a_direct_message_is_found_by_those_whom_it_is_between(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    bob, eve = [await world.agent(name, rooms=[room]) for name in ("bob", "eve")]
    new = NewMessage(to=["bob"], body="Certificates expire on Monday")
    key = ids.of(ids.MESSAGE, (await message_send.send(database, ann, new, None)).id)

    for text in ("certificates", key):
        assert await found(database, ann, text) == [key]
        assert await found(database, bob, text) == [key]
        assert await found(database, eve, text) == []
        assert await found(database, await world.creator(), text, "web") == []


async def test_an_observer_searches(database: Database, world: World, room: Room) -> None:
    task = name(await world.task(room, title="Certificates"))
    watcher = await world.agent("watcher", rooms=[room], role=Role.OBSERVER)

    assert await found(database, watcher, "certificates") == [task]


@pytest.mark.parametrize("text", ["the", "-certificates", "nothing", "'", "!&|()<->:*", '"', "or or", "- -"])
async def test_text_without_words_finds_nothing(
    database: Database, world: World, room: Room, ann: Caller, text: str
) -> None:
    await world.task(room, title="Rotate the certificates")

    assert await found(database, ann, text) == []


@pytest.mark.parametrize(
    ("text", "first"),
    [("", 20), ("  \t\u2028", 20), ("x" * 301, 20), ("a\0", 20), ("\ud800", 20), ("x", 0), ("x", 201), ("x", -1)],
)
async def test_searches_out_of_bounds_are_refused(database: Database, ann: Caller, text: str, first: int) -> None:
    with pytest.raises(BadInput):
        await search.find(database, ann, text, None, first)


async def test_a_star_stands_for_the_rest_of_a_word(database: Database, world: World, room: Room, ann: Caller) -> None:
    task = name(await world.task(room, title="Rotate the authentication keys"))
    await world.task(room, title="Water the plants")

    assert await found(database, ann, "authen") == []
    assert await found(database, ann, "authen*") == [task]
    assert await found(database, ann, "keys rot*") == [task]
    assert await found(database, ann, "au*") == []


async def test_whoever_is_in_two_rooms_says_which(database: Database, world: World, room: Room) -> None:
    both = await world.agent("both", rooms=[room, await world.room()])

    with pytest.raises(BadInput) as refused:
        await search.find(database, both, "x", None, 20)
    assert refused.value.field == "room"
    assert await search.find(database, both, "x", "web", 20) == []


async def test_a_room_of_long_texts_is_searched_as_well(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    words = " ".join(f"w{number}" for number in range(10_000))
    late = name(await world.task(room, description=f"{words} needle"))
    early = name(await world.task(room, description=f"needle {words}"))

    assert await found(database, ann, "needle") == [early, late]


async def test_old_texts_are_found_behind_many_newer_ones(
    database: Database, world: World, room: Room, ann: Caller
) -> None:
    old = name(await world.task(room, title="Water the plants"))
    for blocks in (3, 70, 5000):
        await database.execute("select setval('search_position', nextval('search_position') + $1)", 1024 * blocks)
        await world.task(room, title="Rotate the certificates")
    new = name(await world.task(room, title="Water the trees"))

    assert await found(database, ann, "plants") == [old]
    assert await found(database, ann, "water") == [new, old]
    assert len(await found(database, ann, "certificates")) == 3


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("certificate vault", "'certif' & 'vault'"),
        ("mail or the or server", "'mail' | 'server'"),
        ('"mail server" -vault', "'mail' <-> 'server' & !'vault'"),
        ("-db/embedded.py x", "!( 'db' <-> 'embed' <-> 'py' ) & 'x'"),
        ("登录页面", "'登录' & '录页' & '页面'"),
        ("Café猫", "'cafe' & '猫':*"),
        ('"登录 error" OR x', "'error' & '登录' | 'x'"),
        ("db/embed*", "'db' <-> 'emb':*"),
        ("vault certificat*", "'vault' & 'certificat':*"),
        ('"vault*" le* * -mail*', "'vault' & 'le' & !'mail':*"),
        ("the*", None),
        ("a or -x", None),
        ("the", None),
    ],
)
async def test_a_search_becomes_words_and_pairs_of_letters(database: Database, text: str, query: str | None) -> None:
    read = await database.fetchval("select search_query($1)::text", text)

    assert (read and sorted(read.split(" & "))) == (query and sorted(query.split(" & ")))


@given(text=st.one_of(st.text(st.characters(max_codepoint=0x7F, exclude_characters="\0")), st.text(max_size=20)))
@settings(max_examples=sized(100, 2_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_texts_of_ascii_have_the_words_that_they_would_have_among_others(database: Database, text: str) -> None:
    assume("\0" not in text)
    one, any_script = await database.fetchrow(
        "select search_words($1)::text, search_words_of_any_script($1)::text", text
    )
    assert one == any_script
