"""Promises that no single part of the code can keep for itself."""

import ast
import asyncio
import subprocess
import sys
from collections import Counter
from contextlib import aclosing
from pathlib import Path

import asyncpg
import pytest

from db.core.database import Database
from db.core.errors import ErrorCode, Refused
from db.core.queries import q, texts_of
from goalroom.settings import Settings
from resolvers.build import sdl
from tests import state_diagram, statement_types
from tests.client import Client
from tests.patience import PATIENCE_S
from tests.sdl_check import SCHEMA, pending, undescribed, violations

ROOT = Path(__file__).parents[1]
CONTRACT = (SCHEMA / "contract.graphql").read_text("utf-8")

# Refusals that later parts bring, and one that is never raised: whatever is no refusal goes out as INTERNAL.
WITHOUT_A_CLASS = {
    ErrorCode.INTERNAL,
}


async def test_every_statement_fits_the_migrated_database(database: Database) -> None:
    refused = {}
    async with database.pool.acquire() as connection:
        for name in q.available_queries:
            for text in texts_of(getattr(q, name)):
                try:
                    await connection.prepare(text)
                except asyncpg.PostgresError as error:
                    refused[name] = str(error)

    assert refused == {}


async def test_the_types_of_statements_are_those_that_postgres_gives(database_url: str) -> None:
    printed = await asyncio.to_thread(statement_types.stub, database_url)

    assert statement_types.STUB.read_text("utf-8") == printed, "python -m tests.statement_types prints them"


def subclasses(of: type[Refused]) -> list[type[Refused]]:
    return [found for one in of.__subclasses__() for found in (one, *subclasses(one))]


def test_every_refusal_has_a_code_of_its_own_and_every_code_its_refusal() -> None:
    codes = [refusal.code for refusal in subclasses(Refused)]

    assert len(set(codes)) == len(codes)
    assert set(ErrorCode) - set(codes) == WITHOUT_A_CLASS


def test_the_schema_keeps_what_the_contract_promises() -> None:
    assert violations(CONTRACT, sdl(), pending()) == []


def test_the_contract_is_the_one_that_was_agreed() -> None:
    """Where the checkout lies beside the original, the copy is checked against it."""
    original = ROOT.parent / "shared" / "contract" / "schema.graphql"

    assert not original.exists() or original.read_text("utf-8") == CONTRACT


def test_the_printed_schema_is_the_one_that_is_served() -> None:
    assert (SCHEMA / "schema.graphql").read_text("utf-8") == f"{sdl()}\n", "python -m goalroom schema prints it"


def test_every_type_and_field_says_what_it_is() -> None:
    assert undescribed(sdl()) == []


PROMISED = """
  interface Node { id: ID! }
  enum Kind { A B }
  type Thing implements Node { id: ID! name(short: Boolean = false): String! }
  type Later { id: ID! }
  input Asking { first: Int = 50 }
  type Query { thing(kind: Kind, asking: Asking): Thing later: Later }
"""


@pytest.mark.parametrize(
    ("old", "new", "violation"),
    [
        ("name(short: Boolean = false): String!", "other: Int", "Thing.name is missing"),
        (": String!", ": String", "Thing.name is String, not String!"),
        ("(short: Boolean = false)", "", "Thing.name(short:) is missing"),
        ("short: Boolean = false", "short: Boolean! = false", "Thing.name(short:) is Boolean!, not Boolean"),
        ("Boolean = false", "Boolean = true", "Thing.name(short:) is True by default, not False"),
        ("(short:", "(long: Int! short:", "Thing.name(long:) is required, and not in the contract"),
        (" implements Node", "", "Thing does not implement Node"),
        ("A B", "A", "Kind.B is missing"),
        ("A B", "A B C", "Kind.C is not in the contract"),
        ("Int = 50", "Int = 20", "Asking.first is 20 by default, not 50"),
        ("first:", "last: Int! first:", "Asking.last is required, and not in the contract"),
        ("enum Kind { A B }", "scalar Kind", "Kind is a GraphQLScalarType, not a GraphQLEnumType"),
        ("later: Later", "", "Query.later is missing"),
    ],
)
def test_the_check_finds_what_is_broken(old: str, new: str, violation: str) -> None:
    assert old in PROMISED
    assert violations(PROMISED, PROMISED.replace(old, new, 1), []) == [violation]


def test_the_check_finds_what_is_wrong_in_the_list() -> None:
    without = PROMISED.replace("later: Later", "").replace("type Later { id: ID! }", "")

    assert violations(PROMISED, without, ["Later", "Query.later"]) == []
    assert violations(PROMISED, PROMISED, ["Later"]) == ["Later is listed as pending, and there"]
    assert violations(PROMISED, PROMISED.replace("A B", "A"), ["Kind.B"]) == []
    assert violations(PROMISED, PROMISED, ["Kind.B"]) == ["Kind.B is listed as pending, and there"]
    assert violations(PROMISED, PROMISED.replace("(short: Boolean = false)", ""), ["Thing.name(short:)"]) == []
    assert violations(PROMISED, PROMISED, ["Thing.name(short:)"]) == [
        "Thing.name(short:) is listed as pending, and there"
    ]
    assert violations(PROMISED, PROMISED, ["Never"]) == ["Never is listed as pending, and not in the contract"]


def test_the_docs_name_every_setting() -> None:
    settings = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")

    assert [name for name in Settings.model_fields if f"`GOALROOM_{name.upper()}`" not in settings] == []


def test_imports_point_one_way() -> None:
    # A process of its own: in ours it would switch off every logger.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    for distribution in (ROOT, ROOT / "client"):
        ended = subprocess.run(command, cwd=distribution, check=False, capture_output=True, text=True)  # noqa: S603  # our own

        assert ended.returncode == 0, ended.stdout


OURS = ("goalroom", "resolvers", "schema", "db", "sql", "client", "tests", "bench")
MOST_MODULES, MOST_LINES = 25, 400
# Folders that hold more for a reason, and modules that are longer for one.
LARGER = {"sql/migrations": "one file for each change of the tables, in their order"}
LONGER = {
    "db/core/errors.py": "one class for each code of the contract, in its order",
    "db/core/records.py": "one class for each table, with its columns",
}


def test_no_folder_holds_more_than_a_reader_can_keep_in_mind() -> None:
    modules = [path for top in OURS for path in (ROOT / top).rglob("*.*") if path.suffix in {".py", ".sql"}]
    folders = Counter(path.parent.relative_to(ROOT).as_posix() for path in modules if path.name != "__init__.py")

    assert {folder for folder, count in folders.items() if count > MOST_MODULES} <= LARGER.keys()


def test_no_module_is_long_without_a_reason() -> None:
    written = [path for top in OURS if top != "tests" for path in (ROOT / top).rglob("*.py")]
    modules = [path for path in written if "generated" not in path.parts]
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in modules}

    assert {name for name, count in lines.items() if count > MOST_LINES} <= LONGER.keys()


def test_each_package_says_in_one_sentence_what_belongs_there() -> None:
    packages = [path for top in OURS[:6] for path in (ROOT / top).rglob("__init__.py") if "generated" not in path.parts]

    assert [path for path in packages if not (ast.get_docstring(ast.parse(path.read_text("utf-8"))) or "")] == []


def test_the_state_diagrams_show_the_rules() -> None:
    pages = state_diagram.documents()
    drawn = {name: (ROOT / "docs" / name).read_text("utf-8") for name in pages}

    assert drawn == pages, "python -m tests.state_diagram draws them"


def test_the_readme_shows_the_same_diagram() -> None:
    document = state_diagram.documents()["state-diagram.md"]

    assert document[document.index("```mermaid") :] in (ROOT / "README.md").read_text("utf-8")


async def test_a_client_asks_and_is_refused_and_follows(admin: Client) -> None:
    create_room = "mutation($input: CreateRoomInput!) { createRoom(input: $input) { id } }"
    follow = "subscription($room: ID, $after: String) { events(room: $room, after: $after) { kind } }"

    me = await admin.execute("{ me { name } }")
    unknown = await admin.refused("query($id: ID!) { task(id: $id) { id } }", id="T999999")
    room = (await admin.execute(create_room, input={"name": "door"}))["createRoom"]["id"]
    following = admin.subscribe(follow, room=room, after=f"{room}.0")
    async with aclosing(following) as events, asyncio.timeout(PATIENCE_S):
        first = await anext(events)

    assert me == {"me": {"name": "admin"}}
    assert unknown["code"] == "NOT_FOUND"
    assert first == {"events": {"kind": "ROOM_CREATED"}}
