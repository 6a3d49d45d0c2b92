"""Makes what an earlier release leaves: something of everything, as an export and as SQL, and what was seen of it.

    python -m tests.e2e.upgrades.earlier_release CHECKOUT FOLDER

CHECKOUT is one of the earlier release, whose dependencies are installed here. `test_upgrade.py` reads FOLDER.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from goalroom.postgres.embedded import Cluster

ADMIN_TOKEN = "the-admin-token-of-the-earlier-release-in-the-tests"
EXPORT, SQL, SEEN_FILE = "export.jsonl", "dump.sql", "seen.json"
# Texts that a careless reader or writer of SQL or JSON changes.
ODD = 'Größe "1.10" \\n \n\t\u2028 🦋 </script>'

ROOM = """query($room: ID!) { room(room: $room) {
  id name title createdAt
  settings { requireReview wipLimit leaseSeconds staleAfterSeconds }
  agents { id name kind description capabilities parent { name } spawnedFor { id } }
  channels { name topic }
  resources { id name capacity breaker failures lastDetail }
  objectives(includeArchived: true, first: 10) { nodes {
    id title description status weight standing archivedAt progress owner { name }
    keyResults { id title unit start target current owner { name } }
    children(includeArchived: true, first: 10) { nodes { id title status progress } }
    comments(first: 10) { nodes { id body author { name } } }
  } }
  messages(first: 20) { nodes {
    id body createdAt from { name } channel { name } to { name } mentions { name } refs { id }
    replyTo { id } supersededBy { id }
  } }
} }"""
# What follows from the clock, such as presence and the end of a lease, is left out.
TASKS = """query($room: ID!) { room(room: $room) { tasks(orderBy: CREATED, first: 20) { nodes {
  id title description status priority labels track trackOrder instructions capabilities attempts notes result ready
  createdAt startedAt finishedAt notBefore dueAt estimateMinutes
  objective { id } parent { id } creator { name } assignee { name } reviewer { name }
  criteria { id text met evidence accepted }
  waitingOn { kind reason task { id } resource { name } }
  dependencies { kind open dependsOn { id } }
  lease { fence agent { name } }
  comments(first: 20) { nodes { id kind body author { name } handoff { done pending gotchas } } }
  reviews { id verdict comment reviewer { name } }
  artifacts { kind url title }
  resources { name } keyResults { id }
  history(first: 40) { nodes { kind at actor { name } } }
} } } }"""
OWN = """query($scope: ID!) {
  inbox(unacknowledged: false) { nodes { id kind summary createdAt acknowledgedAt task { id } } }
  memories(scope: $scope) { scope key value version author { name } }
}"""

Ask = Callable[..., Any]


def asking(url: str, token: str) -> Ask:
    """Sends a document with variables, and answers its data."""

    def ask(query: str, **variables: object) -> Any:
        answer = httpx.post(
            f"{url}/graphql",
            json={"query": query, "variables": variables},
            headers={"authorization": f"Bearer {token}"},
            timeout=20,
        ).json()
        assert "errors" not in answer, (query, variables, answer["errors"])
        return answer["data"]

    return ask


def seen(url: str, admin: Ask) -> dict[str, Any]:
    """All that the rooms hold, and what is Ada's alone."""
    made = admin('mutation { createToken(input: {agent: "ada"}) { token } }')["createToken"]
    ada = asking(url, made["token"])
    rooms = [one["name"] for one in admin("{ rooms { name } }")["rooms"]]
    return {
        "rooms": {name: admin(ROOM, room=name)["room"] | admin(TASKS, room=name)["room"] for name in rooms},
        "ada": ada(OWN, scope="ada"),
        "web": ada(OWN, scope="web")["memories"],
    }


def act(by: Ask, name: str, fields: str = "__typename", /, **given: object) -> Any:
    """Send the mutation of this name, and answer these fields."""
    kind = {"addDependency": "Dependency"}.get(name, f"{name[0].upper()}{name[1:]}")
    return by(f"mutation($input: {kind}Input!) {{ {name}(input: $input) {{ {fields} }} }}", input=given)[name]


def furnish(url: str, admin: Ask) -> None:
    """A room with a team that has used everything there is."""
    act(admin, "createRoom", name="web", title=ODD)
    act(admin, "updateRoom", room="web", settings={"wipLimit": 4, "leaseSeconds": 1800})
    act(admin, "createChannel", room="web", name="design", topic=ODD)
    act(admin, "defineResource", room="web", name="device", capacity=1)
    act(admin, "defineResource", room="web", name="ci")
    act(admin, "reportHealth", room="web", resource="ci", ok=False, detail=ODD)
    team = []
    members: dict[str, dict[str, Any]] = {
        "ada": {"capabilities": ["css", "html"], "description": ODD},
        "bob": {"capabilities": ["css"]},
        "carol": {"kind": "HUMAN"},
    }
    for name, more in members.items():
        made = act(admin, "registerAgent", "token", name=name, rooms=["web", "main"], **more)
        team.append(asking(url, made["token"]))
    ada, bob, carol = team
    ids, criteria = plan(carol)
    work(ada, bob, carol, ids, criteria)
    talk(ada, bob, carol, ids)


def plan(carol: Ask) -> tuple[dict[str, str], dict[str, str]]:
    """Objectives, and tasks of every kind: their ids, and those of their criteria."""
    users = [{"title": "Users", "unit": "people", "start": 0, "target": 100.5, "current": 12.25, "owner": "carol"}]
    goal = act(
        carol, "createObjective", "id keyResults { id }",
        room="web", title="Ship it", description=ODD, owner="carol", weight=2, keyResults=users,
    )  # fmt: skip
    below = act(carol, "createObjective", "id", room="web", title=ODD, parent=goal["id"])["id"]
    act(carol, "createObjective", room="web", title="Support", standing=True)
    old = act(carol, "createObjective", "id", room="web", title="Given up")["id"]
    act(carol, "updateObjective", id=old, status="CANCELLED")
    act(carol, "updateObjective", id=old, archived=True)
    act(carol, "addComment", on=goal["id"], body=f"@ada {ODD}", idempotencyKey="once")

    def task(title: str, **more: object) -> dict[str, object]:
        return {"objective": below, "title": title, "criteria": ["It holds"], **more}

    moved = [goal["keyResults"][0]["id"]]
    tasks = [
        ("done", [], task(ODD, labels=["ui", "Ü"], priority="P0", capabilities=["css"], keyResults=moved)),
        ("next", ["done"], task("After what is done", track="main", trackOrder=1)),
        ("waits", ["next"], task("Waits", description=ODD, track="main", trackOrder=2, dueAt="2100-01-01T00:00:00Z")),
        ("held", [], task("Held", resources=["device"], estimateMinutes=30)),
        ("submitted", [], task("In review")),
        ("blocked", [], task("Blocked")),
        ("cancelled", [], task("Cancelled")),
        ("device", [], task("Waits for the device", resources=["device"])),
        ("ci", [], task("Needs CI", resources=["ci"])),
        ("later", [], task("Later", notBefore="2100-01-01T00:00:00Z")),
        ("sent back", [], task("Sent back", instructions=ODD)),
    ]
    batch = [{"ref": ref, "dependsOnRefs": after, "task": one} for ref, after, one in tasks]
    made = act(carol, "createTasks", "id criteria { id }", room="web", tasks=batch, idempotencyKey="batch")
    ids = {ref: one["id"] for (ref, _, _), one in zip(tasks, made, strict=True)}
    criteria = {ref: one["criteria"][0]["id"] for (ref, _, _), one in zip(tasks, made, strict=True)}
    act(carol, "createTask", room="web", title="A part", parent=ids["held"], criteria=["So"])
    act(carol, "addDependency", task=ids["device"], dependsOn=ids["later"], kind="RELATED")
    return ids, criteria


def work(ada: Ask, bob: Ask, carol: Ask, ids: dict[str, str], criteria: dict[str, str]) -> None:
    """Each task comes to where its name says."""

    def submit(by: Ask, ref: str, **more: object) -> None:
        act(by, "claimTask", task=ids[ref], session="night")
        met = [{"id": criteria[ref], "met": True, "evidence": ODD}]
        act(by, "submitTask", task=ids[ref], summary=ODD, criteria=met, **more)

    submit(ada, "done", artifacts=[{"kind": "PULL_REQUEST", "url": "https://example.org/1", "title": ODD}])
    act(bob, "reviewTask", task=ids["done"], verdict="APPROVED", comment=ODD)
    submit(bob, "sent back")
    refused = [{"id": criteria["sent back"], "accepted": False, "note": ODD}]
    act(ada, "reviewTask", task=ids["sent back"], verdict="CHANGES_REQUESTED", comment="Not yet", criteria=refused)
    submit(bob, "submitted")
    act(ada, "claimTask", task=ids["blocked"])
    act(ada, "blockTask", task=ids["blocked"], reason=ODD)
    act(carol, "cancelTask", task=ids["cancelled"], reason=ODD)
    act(ada, "claimTask", task=ids["held"], session="night")
    act(ada, "writeNotes", task=ids["held"], text=ODD)
    act(ada, "addComment", on=ids["held"], body="Half of it", kind="PROGRESS")
    act(ada, "registerAgent", name="helper", spawnedFor=ids["held"])
    act(bob, "claimTask", task=ids["next"])
    act(bob, "releaseTask", task=ids["next"], handoff={"done": ODD, "pending": "The rest", "gotchas": "None"})
    act(carol, "assignTask", task=ids["next"], assignee="bob", reviewer="carol", instructions=ODD)


def talk(ada: Ask, bob: Ask, carol: Ask, ids: dict[str, str]) -> None:
    """Messages of each kind, an inbox of which something was read, and what is remembered."""
    first = act(carol, "sendMessage", "id", room="web", channel="general", body=f"@bob {ids['done']} {ODD}")["id"]
    act(bob, "sendMessage", room="web", channel="general", body="Yes", replyTo=first)
    act(carol, "sendMessage", room="web", channel="general", body="Better", supersedes=first)
    act(carol, "sendMessage", room="web", to=["ada"], body="For you alone")
    heard = ada("{ inbox { nodes { id } } }")["inbox"]["nodes"]
    ada("mutation($items: [ID!]) { acknowledge(input: {items: $items}) }", items=[heard[0]["id"]])
    act(ada, "remember", scope="ada", key="secret", value={"a": [1e300, ODD], "b": 1.10})
    for version in (1, 2):
        act(ada, "remember", scope="web", key="plan", value=version)
    act(ada, "setActivity", kind="WORKING", note=ODD, ttlSeconds=60)


def main(checkout: Path, folder: Path) -> None:
    """Run the earlier release once, and keep what it leaves."""
    environment = os.environ | {
        "PYTHONPATH": str(checkout), "GOALROOM_ADMIN_TOKEN": ADMIN_TOKEN, "GOALROOM_PORT": "0", "TZ": "Asia/Kathmandu",
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-P", "-m", "goalroom"]
        environment["GOALROOM_DATA_DIR"] = home
        server = subprocess.Popen([*command, "serve"], stdout=subprocess.PIPE, text=True, env=environment, cwd=home)  # noqa: S603  # our own command
        assert server.stdout is not None
        url = server.stdout.readline().removeprefix("Goalroom is ready: ").strip()
        try:
            admin = asking(url, ADMIN_TOKEN)
            furnish(url, admin)
            found = seen(url, admin)
            exported = subprocess.run([*command, "export"], check=True, stdout=subprocess.PIPE, env=environment)  # noqa: S603  # our own command
        finally:
            server.terminate()
            server.wait()
        (folder / EXPORT).write_bytes(exported.stdout)
        with Cluster(Path(home)) as cluster:
            options = ("--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=100")
            dump = [str(cluster.tools / "pg_dump"), "--dbname", cluster.url, *options, "--file", str(folder / SQL)]
            subprocess.run(dump, check=True)  # noqa: S603  # its own tool
        (folder / SEEN_FILE).write_text(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
