"""What an earlier release left is found by this one: its database brought up to date, and its export restored.

The files are of the commit eae294d, twelve migrations ago and more: earlier_release.py made them.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

from goalroom.postgres.embedded import Cluster
from tests.e2e.commands import Server, run
from tests.e2e.upgrades.earlier_release import ADMIN_TOKEN, EXPORT, SEEN_FILE, SQL, asking, seen

LEFT = Path(__file__).parents[2] / "data" / "eae294d"
APPROVE = 'mutation($task: ID!) { reviewTask(input: {task: $task, verdict: APPROVED, comment: "Good"}) { status } }'


def check_that_all_is_there(home: Path) -> None:
    """By whom the token of then lets in, and life goes on from there."""
    then: dict[str, Any] = json.loads((LEFT / SEEN_FILE).read_text("utf-8"))
    with Server("--data-dir", home) as server:
        admin = asking(server.url, ADMIN_TOKEN)
        now = seen(server.url, admin)
        for room in now["rooms"].values():
            # Those that were due since.
            room["messages"]["nodes"] = [
                one for one in room["messages"]["nodes"] if not one["body"].startswith("## Digest")
            ]
        assert now == then
        (waiting,) = (task["id"] for task in then["rooms"]["web"]["tasks"]["nodes"] if task["status"] == "VALIDATING")
        assert admin(APPROVE, task=waiting) == {"reviewTask": {"status": "DONE"}}
    doctor = run("doctor", "--data-dir", home)
    assert (doctor.returncode, doctor.stderr) == (0, ""), doctor.stdout


def test_a_database_of_an_earlier_release_is_brought_up_to_date_with_all_that_is_in_it(home: Path) -> None:
    with Cluster(home) as cluster:
        psql = [
            str(cluster.tools / "psql"),
            "--dbname",
            cluster.url,
            "--set=ON_ERROR_STOP=1",
            "--file",
            str(LEFT / SQL),
        ]
        subprocess.run(psql, check=True, stdout=subprocess.DEVNULL, timeout=60)  # noqa: S603  # its own tool

    migrated = run("migrate", "--data-dir", home)

    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert migrated.stdout.splitlines()[0] == "Applied 0013_ends_of_reasons."
    check_that_all_is_there(home)


def test_an_export_of_an_earlier_release_is_restored_with_all_that_is_in_it(home: Path) -> None:
    restored = run("restore", LEFT / EXPORT, "--data-dir", home)

    assert (restored.returncode, restored.stderr) == (0, "")
    check_that_all_is_there(home)
