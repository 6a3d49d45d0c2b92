"""docs/integrators.md, run as it stands there: what its commands answer, and its program over a restart."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.client import Client
from tests.e2e import curl
from tests.e2e.commands import Server

GUIDE = (Path(__file__).parents[2] / "docs" / "integrators.md").read_text("utf-8")
TOKEN = "integrators-token-for-the-examples-of-the-guide"

ANYTHING = "…"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", GUIDE, re.DOTALL)


def check(shown: object, got: object) -> None:
    """They are equal but for the texts that the guide leaves out."""
    if isinstance(shown, dict):
        assert isinstance(got, dict)
        assert list(shown) == list(got)
        for name, part in shown.items():
            check(part, got[name])
    elif isinstance(shown, list):
        assert isinstance(got, list)
        assert len(shown) == len(got)
        for part, real in zip(shown, got, strict=True):
            check(part, real)
    elif shown != ANYTHING:
        assert shown == got


def environment(server: Server) -> dict[str, str]:
    return os.environ | {"GOALROOM_URL": server.url, "GOALROOM_TOKEN": TOKEN}


def test_the_commands_answer_as_shown(home: Path) -> None:
    commands, answers = blocks("sh"), "".join(blocks("json")).splitlines()
    listening = commands.pop()
    ours = f'curl() {{ "{sys.executable}" "{curl.__file__}" "$@"; }}\n'
    with Server("--data-dir", home, GOALROOM_ADMIN_TOKEN=TOKEN) as server:
        done = subprocess.run(  # noqa: S603  # the guide's own commands
            ["sh", "-euc", ours + "".join(commands)],  # noqa: S607  # whichever shell is first on the path
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
            env=environment(server),
        )
        with running(["sh", "-euc", ours.replace('"$@"', '"$@" | head -4') + listening], server) as stream:
            heard = [line.strip() for line in stream if line.strip() and line.strip() != ":"][:2]

    assert len(answers) == len(done.stdout.splitlines()) == 6
    for shown, got in zip(answers, done.stdout.splitlines(), strict=True):
        check(json.loads(shown), json.loads(got))
    assert heard == ["event: next", 'data: {"data":{"events":{"cursor":"R1.1","kind":"ROOM_CREATED"}}}']


@contextmanager
def running(command: list[str], server: Server) -> Iterator[Iterator[str]]:
    """The lines that it prints, until it is left."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(server)) as process:  # noqa: S603  # the guide's own
        assert process.stdout is not None
        try:
            yield iter(process.stdout)
        finally:
            process.kill()


async def test_the_python_program_misses_nothing_over_a_restart(home: Path) -> None:
    (program,) = blocks("python")
    create = 'mutation($title: String!) { createTask(input: {room: "main", title: $title, criteria: ["So"]}) { id } }'
    with Server("--data-dir", home, GOALROOM_ADMIN_TOKEN=TOKEN) as server:
        port = str(urlsplit(server.url).port)
        with running([sys.executable, "-c", program, "main", "R1.0"], server) as heard:
            async with Client(server.url, TOKEN) as admin:
                await admin.execute(create, title="Before")
            before = [next(heard) for _ in range(3)]
            server.stop()
            with Server("--data-dir", home, "--port", port, GOALROOM_ADMIN_TOKEN=TOKEN) as again:
                async with Client(again.url, TOKEN) as admin:
                    await admin.execute(create, title="After")
                    ends = await admin.execute('{ events(room: "main") { nodes { cursor kind } } }')
                wanted = [f"{event['cursor']} {event['kind']}\n" for event in ends["events"]["nodes"]]
                after = [next(heard) for _ in wanted[len(before) :]]

    assert before + after == wanted
    assert [line.split()[1] for line in wanted].count("TASK_CREATED") == 2
