"""Each block of code in the documentation is run: here, by a test of its page, or by what is named for it."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import asyncpg
import pytest

from tests.conftest import NewCluster
from tests.docs_site.build import ROOT
from tests.e2e import curl
from tests.e2e.commands import Server, run
from tests.goalroom.importers.sample_readers import SAMPLES

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```|\n\n((?:^    \S[^\n]*\n)+)", re.DOTALL | re.MULTILINE)
# What is shown and not typed.
_SHOWN = {"json", "text", "mermaid"}
_URL = re.compile(r"postgresql://goalroom@[\w.,:-]+/goalroom")
DATA = ROOT / "tests" / "data"

# Pages whose blocks a test of their own runs as they stand, or reads as the program does for which they are.
TESTED = {
    "docs/agents.md": "tests/e2e/test_agents_guide.py",
    "docs/connect.md": "tests/api/mcp/test_connect.py",
    "docs/how-to/graphiql.md": "tests/api/protocol/test_graphiql.py",
    "docs/how-to/python-sdk.md": "tests/goalroom_client/test_sdk.py",
    "docs/how-to/runner.md": "tests/goalroom_client/test_examples.py",
    "docs/integrators.md": "tests/e2e/test_integrators_guide.py",
    "docs/tutorial.md": "tests/e2e/test_tutorial.py",
    "docs/two-agents.md": "tests/goalroom_client/test_tutorial.py",
}
# By page and beginning: what else runs or judges it, where neither a shell of ours nor a Postgres can.
ELSEWHERE = {
    ("CONTRIBUTING.md", "python3 -m venv .venv"): ".ci/run",
    ("CONTRIBUTING.md", "area: what changed"): ".ci/run",
    ("CONTRIBUTING.md", "cd dashboard"): ".ci/run",
    ("CONTRIBUTING.md", ".venv/bin/pip install"): ".ci/run",
    ("README.md", "python3 -m venv .venv"): ".ci/run",
    ("README.md", "claude mcp add"): "tests/api/mcp/test_connect.py",
    ("README.md", "Goalroom is ready"): ".ci/run",
    ("README.md", "resolvers/"): "tests/test_architecture.py",
    ("docs/architecture.md", "resolvers/"): "tests/test_architecture.py",
    ("docs/limits.md", "cost(field)"): "tests/goalroom/test_query_cost.py",
    ("client/README.md", "pip install goalroom-client"): ".ci/run",
    ("docs/how-to/deploy.md", "useradd"): "tests/e2e/deploy/test_deployment.py",
    ("docs/how-to/deploy.md", "docker build"): "tests/e2e/deploy/test_deployment.py",
    ("docs/how-to/deploy.md", "printf"): "tests/e2e/deploy/test_deployment.py",
    ("docs/how-to/deploy.md", "kubectl"): "tests/e2e/deploy/test_deployment.py",
    ("docs/how-to/pgbouncer.md", "[databases]"): "tests/e2e/pooled/pooler.py",
    ("docs/how-to/pgbouncer.md", "export GOALROOM_DATABASE_URL"): "tests/e2e/pooled/test_pooler.py",
    ("docs/how-to/several-processes.md", "goalroom serve --database-url"): "tests/goalroom/test_redis_broadcast.py",
    ("docs/operations.md", "pip install 'goalroom[otel]'"): "tests/e2e/test_tracing.py",
    ("docs/webhooks.md", "import http.server"): "tests/goalroom/webhooks/test_guide.py",
    ("docs/webhooks.md", "subprocess.Popen"): "tests/goalroom/webhooks/test_guide.py",
}
IMPORTS = {
    "docs/how-to/import-from-backlog.md": (".", SAMPLES / "backlog"),
    "docs/how-to/import-from-beads.md": ("issues.jsonl", DATA / "garden.jsonl"),
    "docs/how-to/import-from-github.md": ("issues.json", SAMPLES / "github-issue-list.json"),
    "docs/how-to/import-from-linear.md": ("export.csv", SAMPLES / "linear-export.csv"),
    "docs/how-to/import-from-taskmaster.md": (".taskmaster/tasks/tasks.json", SAMPLES / "taskmaster-tasks.json"),
}
SERVES = ("docs/limits.md", "docs/how-to/fail-over.md", "docs/how-to/several-processes.md", "docs/webhooks.md")
SQL = ("docs/operations.md", "docs/how-to/pgbouncer.md", "docs/how-to/fail-over.md")
# How many blocks of a page the tests below run: one more is one that nobody runs.
RUN = dict.fromkeys(IMPORTS, 1) | {
    "docs/how-to/fail-over.md": 3,
    "docs/how-to/pgbouncer.md": 1,
    "docs/how-to/several-processes.md": 1,
    "docs/limits.md": 1,
    "docs/operations.md": 4,
    "docs/scale.md": 1,
    "docs/webhooks.md": 2,
}


@dataclass(frozen=True)
class Block:
    """One of a page, as somebody copies it."""

    page: str
    language: str
    text: str


def blocks(page: str) -> list[Block]:
    found = _BLOCK.findall((ROOT / page).read_text("utf-8"))
    dedented = [(language, fenced or indented.replace("\n    ", "\n").strip()) for language, fenced, indented in found]
    return [Block(page, language, text) for language, text in dedented if language not in _SHOWN]


def block(page: str, beginning: str) -> str:
    (found,) = [one.text for one in blocks(page) if one.text.startswith(beginning)]
    return found


def commands(page: str, *program: str) -> list[tuple[dict[str, str], list[str]]]:
    """The environment and the words behind `goalroom` of each command of the page that begins with these."""
    texts = [one.text.replace("\\\n", " ") for one in blocks(page) if one.language in ("", "sh")]
    lines = [line for text in texts for line in text.splitlines() if "goalroom " in line]
    return list(_commands(lines, ["goalroom", *program]))


def _commands(lines: list[str], program: list[str]) -> Iterator[tuple[dict[str, str], list[str]]]:
    for line in lines:
        words = shlex.split(line, comments=True)
        given = dict(word.split("=", 1) for word in words if re.match(r"GOALROOM_\w+=", word))
        words = [word for word in words if word not in {f"{name}={value}" for name, value in given.items()}]
        if words[: len(program)] == program:
            yield given, words[1:]


def _pages() -> list[str]:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"), ROOT / "client/README.md"]
    return sorted(page.relative_to(ROOT).as_posix() for page in pages)


@pytest.mark.parametrize("page", _pages())
def test_each_block_is_run_or_judged_by_something(page: str) -> None:
    if page in TESTED:
        assert Path(page).name in (ROOT / TESTED[page]).read_text("utf-8")
        return
    starts = {start: test for (where, start), test in ELSEWHERE.items() if where == page}
    found = [one.text.lstrip() for one in blocks(page)]
    here = [text for text in found if not text.startswith(tuple(starts))]

    assert len(here) == RUN.get(page, 0), here
    assert [start for start in starts if not any(text.startswith(start) for text in found)] == []
    assert [test for test in starts.values() if not (ROOT / test).exists()] == []


@pytest.mark.parametrize("page", IMPORTS)
def test_an_import_as_its_page_says(page: str, empty_database: str) -> None:
    named, sample = IMPORTS[page]
    [(_, words)] = commands(page, "import")
    assert named in words

    done = run(*[sample if word == named else word for word in words], "--database-url", empty_database)

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"Room {words[-1]}:\n")


@pytest.mark.parametrize("page", SERVES)
def test_servers_start_as_the_page_says(page: str, empty_database: str, tmp_path: Path) -> None:
    parts = urlsplit(empty_database)
    # The first host is gone, where several are named.
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    lost = {"host": f"{tmp_path},{query['host']}", "port": "1,5432", "sslmode": "disable"}
    several = parts._replace(query=urlencode(lost)).geturl()
    found = [one for one in commands(page, "serve") if "--broadcast-url" not in one[1]]
    assert found
    with ExitStack() as stack:
        for n, (given, words) in enumerate(found):
            filled = [_URL.sub(lambda url: several if "," in url[0] else empty_database, word) for word in words[1:]]
            if "--database-url" not in filled:
                filled += ["--database-url", empty_database]
            if "--port" in filled:
                # Another may have it here.
                filled[filled.index("--port") + 1] = "0"
            stack.enter_context(Server(*filled, "--data-dir", tmp_path / f"{n}", **given))


async def test_sql_as_the_pages_say(new_cluster: NewCluster, tmp_path: Path) -> None:
    create, epoch = [one.text for one in blocks(SQL[0]) if one.language == "sql"]
    settings, synchronous = ([one.text for one in blocks(page) if one.language == "sql"] for page in SQL[1:])
    with new_cluster(tmp_path / "postgres") as cluster:
        url = urlsplit(cluster.url)._replace(path="/goalroom").geturl()
        connection = await asyncpg.connect(cluster.url)
        for text in (create, *settings, *synchronous):
            for statement in re.sub(" --.*", "", text).strip().removesuffix(";").split(";\n"):
                await connection.execute(statement)
        await connection.execute("alter system reset synchronous_standby_names")
        await connection.execute("select pg_reload_conf()")
        await connection.close()
        assert run("migrate", "--database-url", url).returncode == 0
        as_role = await asyncpg.connect(url, user="goalroom")
        assert await as_role.fetchval("show statement_timeout") == "30s"
        await as_role.close()
        connection = await asyncpg.connect(url)
        before = await connection.fetchval("select epoch from log_epoch")
        await connection.execute(epoch)
        assert await connection.fetchval("select epoch from log_epoch") != before
        await connection.close()


def test_a_room_moves_and_a_replica_is_exported_as_the_pages_say(
    empty_database: str, migrated_database: str, tmp_path: Path
) -> None:
    assert run("import", "beads", DATA / "garden.jsonl", "--room", "web", "--database-url", migrated_database).stdout
    (file,) = re.findall(r">(\S+)", block("docs/scale.md", "goalroom export"))
    [(_, export)], [(_, restore)] = commands("docs/scale.md", "export"), commands("docs/scale.md", "restore")
    [(_, of_replica)] = commands("docs/how-to/fail-over.md", "export")

    exported = run(*export[:-1], "--database-url", migrated_database)
    (tmp_path / file).write_text(exported.stdout, "utf-8")
    restored = run(*[_URL.sub(empty_database, word.replace(file, str(tmp_path / file))) for word in restore])
    replica = run(*[_URL.sub(empty_database, word) for word in of_replica[:-1]])

    assert (exported.returncode, restored.returncode, replica.returncode) == (0, 0, 0), restored.stderr
    assert '"web"' in replica.stdout


def test_a_backup_as_the_page_says(home: Path, tmp_path: Path, new_cluster: NewCluster) -> None:
    """Two servers of ours stand for those in other terminals."""
    dump, back = (block("docs/operations.md", start) for start in ("TOOLS=", "goalroom serve --data-dir NEW"))
    new = tmp_path / "new"
    new_cluster(new)
    with Server("--data-dir", home) as server:
        assert run("import", "beads", DATA / "garden.jsonl", "--room", "web", "--data-dir", home).returncode == 0
        _shell(dump.replace("DATA_DIR", str(home)), server, tmp_path)
    serve, *rest = back.splitlines()
    assert serve.startswith("goalroom serve --data-dir NEW --port 4299 ")
    tools = dump.splitlines()[0]
    with Server("--data-dir", new) as server:
        _shell("\n".join([tools, *rest]).replace("NEW", str(new)), server, tmp_path)
    with Server("--data-dir", new):
        assert (new / "admin-token").read_text() == (home / "admin-token").read_text()
        assert '"name":"web"' in run("export", "--data-dir", new).stdout


def test_a_webhook_is_made_as_the_page_says(home: Path, tmp_path: Path) -> None:
    token = "token-for-the-example-of-the-page-webhooks"
    text = block("docs/webhooks.md", "secret=")
    with Server("--data-dir", home, GOALROOM_ADMIN_TOKEN=token) as server:
        said = _shell(text, server, tmp_path, GOALROOM_URL=server.url, GOALROOM_TOKEN=token)

    assert re.fullmatch(r'\{"data":\{"createWebhook":\{"id":"[A-Z]\d+","cursor":"R1\.\d+"\}\}\}\s*', said)


def _shell(text: str, server: Server, place: Path, **environment: str) -> str:
    """What the commands print, with a curl and a python that are everywhere."""
    assert server.url
    ours = f'curl() {{ "{sys.executable}" "{curl.__file__}" "$@"; }}\npython() {{ "{sys.executable}" "$@"; }}\n'
    assert shutil.which("openssl") or "openssl" not in text
    done = subprocess.run(  # noqa: S603  # the documentation's own commands
        ["sh", "-euc", ours + text],  # noqa: S607  # whichever shell is first on the path
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=place,
        env=os.environ | environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
