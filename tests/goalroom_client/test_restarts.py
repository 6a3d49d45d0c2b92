"""The client, over what happens to servers."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from tests.e2e.commands import Server
from tests.goalroom_client.terminal import Terminal
from tests.goalroom_client.test_watching import add, cursors, lines, running

TOKEN = "gr_a-token-for-a-server-that-is-started-again"


def test_a_log_that_is_followed_and_a_claim_that_waits_survive_a_restart(home: Path, tmp_path: Path) -> None:
    with Server("--data-dir", home, GOALROOM_ADMIN_TOKEN=TOKEN) as server:
        port = str(urlsplit(server.url).port)
        admin = Terminal("admin", tmp_path, GOALROOM_URL=server.url, GOALROOM_TOKEN=TOKEN, GOALROOM_ROOM="main")
        with (
            running(admin, "log", "-f", "--after", "R1.0") as process,
            running(admin, "claim", "--wait", "60", "--label", "late", "--json") as waiting,
        ):
            add(admin, "Before")
            before = cursors(admin)
            heard = lines(process, len(before))
            server.stop()
            with Server("--data-dir", home, "--port", port, GOALROOM_ADMIN_TOKEN=TOKEN):
                late = str(admin.json("add", "After", "--criterion", "So", "--label", "late")["id"])
                assert waiting.stdout is not None
                claimed = json.loads(waiting.stdout.readline())["data"]
                after = cursors(admin)
                heard += lines(process, len(after) - len(before))

    assert [event["cursor"] for event in heard] == after
    assert claimed["task"]["id"] == late
