"""Each command in a room where a goal is planned, worked on, reviewed and talked about; and what it is refused."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from goalroom_client import command_line
from goalroom_client.commands.command_list import COMMANDS
from tests import agent_texts
from tests.goalroom_client import json_schemas
from tests.goalroom_client.team import Team
from tests.goalroom_client.terminal import Terminal

SCHEMAS = json_schemas.document()
_DEFINITIONS = SCHEMAS["$defs"]
VALIDATORS = {name: Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": _DEFINITIONS}) for name in _DEFINITIONS}
# Those that are no request and answer of the API.
OTHERS = {"login", "setup", "hook", "mcp", "log", "watch", "runner"}


def done(terminal: Terminal, *words: str, name: str = "", **given: Any) -> Any:
    """The data, which is as the site's gr.schema.json says, in a command that also speaks to people."""
    data = terminal.json(*words, **given)
    VALIDATORS[name or words[0]].validate(data)
    return data


def refused(terminal: Terminal, *words: str, **given: Any) -> tuple[str, int]:
    error = terminal.refused(*words, **given)
    assert error["hint"]
    assert error["code"] != "INTERNAL", error
    return error["code"], error["status"]


@pytest.fixture(scope="module")
def reviewer(team: Team) -> Terminal:
    return team.agent("reviewer")


@pytest.fixture
def task(planner: Terminal) -> str:
    """A task that can be claimed."""
    return str(done(planner, "add", "Write it", "--criterion", "It reads well")["id"])


@pytest.fixture
def held(task: str, worker: Terminal) -> str:
    """Likewise, held by the worker."""
    done(worker, "claim", task)
    return task


def criterion(terminal: Terminal, task: str) -> str:
    return str(done(terminal, "show", task)["criteria"][0]["id"])


def test_a_goal_is_planned_and_measured(planner: Terminal, worker: Terminal) -> None:
    goal = done(planner, "goal", "Ship it", "--kr", "pages moved=2..10 pages", "--kr", "faults=-1", "--key", "ship")
    again = done(planner, "goal", "Ship it", "--kr", "pages moved=2..10 pages", "--kr", "faults=-1", "--key", "ship")
    inner = done(planner, "goal", "The docs", "--under", goal["id"], "--description", "All of them")
    first, second = goal["keyResults"]

    assert again["id"] == goal["id"]
    assert (first["title"], first["start"], first["target"], first["unit"]) == ("pages moved", 2, 10, "pages")
    assert (second["start"], second["target"], second["unit"]) == (0, -1, "")
    assert done(planner, "measure", first["id"], "6", "--note", "half")["progress"] == 0.5
    assert done(planner, "measure", second["id"], "-1")["progress"] == 1
    roots = {root["id"]: root for root in done(worker, "tree")}
    assert [below["id"] for below in roots[goal["id"]]["subtree"]] == [inner["id"]]
    task = done(planner, "add", "Move them", "--under", inner["id"], "--priority", "P1", "--label", "docs")
    assert done(worker, "tree", goal["id"], name="tree O1")["tasks"]["nodes"][0]["id"] == task["id"]
    text = worker("tree", goal["id"]).output
    assert f"  {inner['id']} ACTIVE 0% The docs (0 of 1 done)\n{task['id']} P1 TODO Move them" in text
    assert f"  {first['id']} pages moved: 6 of 2..10 pages (50%)" in text
    assert refused(planner, "goal", "Ship it", "--kr", "much") == ("BAD_INPUT", 2)
    assert refused(planner, "measure", "K999999", "1") == ("NOT_FOUND", 2)


def test_tasks_are_made_one_by_one_or_all_at_once(planner: Terminal, worker: Terminal, held: str) -> None:
    lines = [
        {"ref": "a", "task": {"title": "First", "criteria": ["So"]}},
        {"dependsOnRefs": ["a"], "task": {"title": "Second", "criteria": ["So"]}},
    ]
    text = "\n".join(map(json.dumps, lines)) + "\n\n"
    (planner.home / "plan.jsonl").write_text(text)

    first, second = done(planner, "plan", "-", "--key", "both", stdin=text)
    from_file = done(planner, "plan", "plan.jsonl", "--key", "both")
    third = done(
        planner,
        "add",
        "Third",
        "--after",
        f"{first['id']},{second['id']}",
        "--found-in",
        held,
        "--assignee",
        worker.name,
    )
    part = done(planner, "add", "A part", "--under", first["id"], "--description", "-", stdin="From\nstandard input\n")

    assert [task["id"] for task in from_file] == [first["id"], second["id"]]
    assert (first["ready"], second["ready"]) == (True, False)
    assert [wait["task"]["id"] for wait in third["waitingOn"] if wait["kind"] == "DEPENDENCY"] == [
        first["id"],
        second["id"],
    ]
    assert third["assignee"]["name"] == worker.name
    assert part["parent"]["id"] == first["id"]
    assert part["description"] == "From\nstandard input"
    assert refused(planner, "plan", "-", stdin="{}") == ("BAD_INPUT", 2)
    assert refused(planner, "plan", "-", stdin="no json") == ("BAD_INPUT", 2)
    assert refused(planner, "plan", "-", stdin="") == ("BAD_INPUT", 2)
    assert refused(planner, "plan", "-", stdin='{"task": {"title": "A", "estimate": NaN}}') == ("BAD_INPUT", 2)
    assert refused(planner, "plan", "missing.jsonl") == ("BAD_INPUT", 2)
    assert done(planner, "assign", first["id"], worker.name, "--role", "writer")["role"] == "writer"
    assert refused(planner, "assign", first["id"], "nobody-here") == ("NOT_FOUND", 2)
    assert {first["id"], third["id"]} <= {task["id"] for task in done(worker, "mine")}
    assert done(worker, "ready", "--first", "1")[0]["id"] == first["id"]


def test_a_task_goes_through_all_hands(planner: Terminal, worker: Terminal, reviewer: Terminal, task: str) -> None:
    done(planner, "remember", task, "where", '{"file": "a.py"}')
    claimed = done(worker, "claim", "--label", "nobody-has-it")
    assert (claimed["task"], worker("claim", "--label", "nobody-has-it").status) == (None, 3)
    claimed = done(worker, "claim", task, "--lease", "30m")
    quality = claimed["task"]["criteria"][0]["id"]

    assert claimed["lease"]["agent"]["name"] == worker.name
    assert f"{task} where (version 1): " in worker("claim", task).output
    assert done(worker, "say", task, "Half of it", "--progress")["kind"] == "PROGRESS"
    assert done(worker, "say", task, "-", "--decision", stdin="In Markdown\n")["body"] == "In Markdown"
    assert done(worker, "say", task, "A thought")["kind"] == "NOTE"
    assert done(worker, "note", task, "One")["notes"] == "One"
    assert done(worker, "note", task, "Two")["notes"].split() == ["One", "Two"]
    assert done(worker, "note", task, "Three", "--replace")["notes"] == "Three"
    assert [lease["task"]["id"] for lease in done(worker, "beat", "--quiet", "10m")["leases"]].count(task) == 1
    assert refused(worker, "submit", task, "All of it") == ("CRITERIA_UNMET", 5)
    handed_in = done(
        worker, "submit", task, "All", "--met", f"{quality}=Read it twice", "--url", "https://example.org/1"
    )
    assert (handed_in["status"], handed_in["artifacts"][0]["url"]) == ("VALIDATING", "https://example.org/1")

    assert refused(worker, "review", task, "approve", "Fine") == ("SELF_REVIEW", 5)
    review = done(reviewer, "claim", task, "--review")
    assert (review["task"]["id"], review["lease"], review["nothing"]) == (task, None, None)
    assert refused(planner, "claim", task, "--review") == ("FORBIDDEN", 4)
    sent_back = done(reviewer, "review", task, "changes", "Too long", "--reject", quality)
    assert (sent_back["status"], sent_back["criteria"][0]["accepted"]) == ("TODO", False)
    assert refused(reviewer, "claim", task, "--review") == ("WRONG_STATUS", 5)
    page = worker("claim", task).output
    assert f"{quality} not accepted: It reads well" in page
    assert "> Too long" in page
    done(worker, "submit", task, "Shorter", "--met", f"{quality}=Half as long")
    assert done(reviewer, "claim", "--review")["task"]["id"] == task
    assert done(reviewer, "review", task, "approve", "Good")["status"] == "DONE"
    assert (done(reviewer, "claim", "--review")["task"], reviewer("claim", "--review").status) == (None, 3)
    assert done(planner, "reopen", task, "It is wrong")["status"] == "TODO"
    assert done(planner, "cancel", task, "Nobody reads it")["status"] == "CANCELLED"
    assert refused(planner, "cancel", task, "Again") == ("WRONG_STATUS", 5)


def test_where_nobody_reviews_what_is_handed_in_is_done(team: Team, server: tuple[str, str], homes: Any) -> None:
    free = type(team)(*server, homes, requireReview=False, requireDoneCriteria=False, requireReflection=True)
    alone = free.agent("alone")
    task = done(alone, "add", "Do it")["id"]
    assert done(alone, "claim")["task"]["id"] == task
    assert refused(alone, "submit", task, "Did it") == ("REFLECTION_REQUIRED", 5)

    said = done(alone, "reflect", task, "--worked", "", "--did-not-work", "Slow", "--change", "Less", "--tag", "pace")

    assert (said["task"]["id"], said["didNotWork"], said["tags"]) == (task, "Slow", ["pace"])
    assert done(alone, "submit", task, "Did it")["status"] == "DONE"
    free.admin.ask(
        "mutation($room: ID!) { updateRoom(input: {room: $room, settings: {paused: true}}) { id } }", room=free.room
    )
    paused = alone("claim", "--json")
    assert (paused.status, paused.data["nothing"]["paused"]) == (3, True)
    other = done(alone, "add", "More")["id"]
    assert refused(alone, "claim", other) == ("PAUSED", 5)


def test_a_task_is_blocked_and_given_back(planner: Terminal, worker: Terminal, held: str) -> None:
    other = done(planner, "add", "Before it")["id"]

    assert done(worker, "block", held, "--on", other)["status"] == "BLOCKED"
    assert done(worker, "unblock", held)["waitingOn"][0]["task"]["id"] == other
    done(planner, "cancel", other, "Moot")
    done(worker, "claim", held)
    assert done(worker, "block", held, "--reason", "No keys")["waitingOn"][0]["reason"] == "No keys"
    assert done(worker, "unblock", held)["status"] == "TODO"
    done(worker, "claim", held)
    released = done(worker, "release", held, "--done", "Half", "--pending", "Half", "--gotchas", "Wet paint")
    assert released["status"] == "TODO"
    assert "Wet paint" in released["handoff"]["body"]
    assert refused(worker, "note", held, "Late") == ("NOT_HOLDER", 6)
    assert refused(worker, "block", held) == ("BAD_INPUT", 2)


def test_a_task_is_handed_to_somebody(worker: Terminal, reviewer: Terminal, held: str) -> None:
    handed = done(worker, "release", held, "--done", "a", "--pending", "b", "--to", reviewer.name)

    assert handed["assignee"]["name"] == reviewer.name
    assert refused(worker, "note", held, "Late", "--fence", "1") == ("STALE_LEASE", 6)
    assert refused(worker, "claim", held) == ("ASSIGNED_TO_OTHER", 5)


def test_people_are_asked(planner: Terminal, worker: Terminal, held: str) -> None:
    asked = done(
        worker, "ask", held, "Drop it?", "--option", "drop", "--option", "keep", "--closes", "2h", "--default", "keep"
    )

    assert (asked["options"], asked["escalates"]["id"]) == (["drop", "keep"], held)
    assert asked["id"] in {one["id"] for one in done(planner, "decisions")}
    assert "Drop it?" in planner("decisions").output
    assert refused(worker, "decide", asked["id"], "keep") == ("FORBIDDEN", 4)
    assert refused(planner, "decide", asked["id"], "burn") == ("BAD_INPUT", 2)
    assert done(planner, "decide", asked["id"], "drop", "--note", "It is old")["outcome"] == "drop"
    assert refused(planner, "decide", asked["id"], "keep") == ("WRONG_STATUS", 5)
    assert asked["id"] in {one["id"] for one in done(planner, "decisions", "--all")}
    vote = done(
        worker, "propose", "Tabs?", "--kind", "vote", "--option", "tabs", "--option", "spaces", "--electorate",
        f"{planner.name},{worker.name}", "--quorum", "2", "--body", "For all files",
    )  # fmt: skip
    assert (vote["quorum"], vote["kind"]) == (2, "VOTE")
    assert done(worker, "propose", "Go?", "--task", held)["tasks"][0]["id"] == held


def test_messages_are_sent_read_and_acknowledged(planner: Terminal, worker: Terminal) -> None:
    done(worker, "ack", "all")
    assert done(worker, "inbox") == []
    sent = done(planner, "send", worker.name, "Look at this, please", "--key", "once")
    again = done(planner, "send", worker.name, "Look at this, please", "--key", "once")
    loud = done(planner, "send", "#general", f"@{worker.name} and @nobody-at-all")

    items = done(worker, "inbox")
    assert done(worker, "send", planner.name, "I did", "--reply-to", sent["id"])["replyTo"]["id"] == sent["id"]

    assert again["id"] == sent["id"]
    assert loud["unknownMentions"] == ["nobody-at-all"]
    assert [item["kind"] for item in items] == ["DIRECT", "MENTION"]
    assert f"DIRECT: @{planner.name}: Look at this, please\n" in worker("inbox").output
    assert done(worker, "inbox", "--kind", "MENTION")[0]["id"] == items[1]["id"]
    assert done(worker, "ack", items[0]["id"]) == 1
    assert done(worker, "ack", ",".join(item["id"] for item in items), "I999999") == 1
    assert done(worker, "inbox") == []
    assert len(done(worker, "inbox", "--all")) >= 2
    assert refused(worker, "ack", "all", "I1") == ("BAD_INPUT", 2)
    assert refused(planner, "send", "#no-such-channel", "x") == ("NOT_FOUND", 2)


def test_what_is_kept_is_found_again(team: Team, planner: Terminal, worker: Terminal, task: str) -> None:
    assert done(worker, "remember", "me", "port", "8080")["value"] == 8080
    assert done(worker, "remember", "me", "port", "a text")["version"] == 2
    assert done(worker, "remember", "me", "odd", "NaN")["value"] == "NaN"
    assert done(worker, "recall", "me", "port", name="recall KEY")["value"] == "a text"
    assert refused(worker, "remember", "me", "port", "1", "--if-version", "1") == ("VERSION_CONFLICT", 5)
    assert done(worker, "remember", task, "where", '{"file": "a.py"}', "--ttl", "1h")["value"] == {"file": "a.py"}
    (worker.home / "rule.md").write_text("# Rule\n")
    assert done(worker, "remember", team.room, "rule", "@rule.md")["scope"]
    assert done(planner, "recall", team.room, "rule", name="recall KEY")["value"] == "# Rule"
    assert [one["key"] for one in done(planner, "recall", task)] == ["where"]
    missing = worker("recall", "me", "nothing")
    assert (missing.status, missing.output, missing.errors) == (3, "", "")
    assert done(worker, "forget", "me", "port") is True
    assert done(worker, "forget", "me", "port") is False
    assert refused(planner, "recall", worker.name) == ("NOT_FOUND", 2)


def test_what_there_is_can_be_read(planner: Terminal, worker: Terminal, task: str) -> None:
    comment = done(planner, "say", task, "A zebra crossed")
    message = done(planner, "send", "#general", f"{task} is about a zebra")

    assert {comment["id"], message["id"]} <= {one["id"] for one in done(worker, "search", "zebra")}
    several = done(worker, "show", f"{task},{comment['id']}", message["id"], name="show T1 T2")
    assert [one["id"] for one in several] == [task, comment["id"], message["id"]]
    for thing in ("#general", planner.name):
        assert worker("search", thing).status == 0
    assert done(worker, "show", done(worker, "whoami")["id"])["name"] == worker.name
    digest = done(worker, "digest", "--since", "2026-01-01T00:00:00Z")
    assert digest["counts"]["total"] > 0
    assert worker("digest", "--since", "2026-01-01T00:00:00Z").output.startswith("## Digest, 2026-01-01 00:00 to ")
    briefing = done(worker, "brief", "--max-tokens", "60", "--ack", "all")
    assert len(briefing["markdown"]) <= 240
    assert done(worker, "gql", "query($id: ID!) { task(id: $id) { id } }", "-v", f'id="{task}"')["task"]["id"] == task


def test_who_was_never_told_is_told_how_to_work_here(worker: Terminal) -> None:
    text = done(worker, "prime", GOALROOM_TOKEN=None)["markdown"]

    assert text + "\n" == agent_texts.PRIME.read_text("utf-8") == agent_texts.prime(), "python -m tests.agent_texts"
    assert set(re.findall(r"`gr ([a-z]+)", text)) <= COMMANDS.keys()


@pytest.mark.parametrize("typed", re.findall(r"`(gr [^`]+)`", agent_texts.prime()))
def test_what_it_is_told_to_type_can_be_typed(typed: str) -> None:
    words = [word.replace("...", "words") for word in shlex.split(typed)][1:]

    # Named alone, or by what stands for any of them.
    if words not in (["goal"], ["add"], ["assign"], ["COMMAND", "--help"]):
        command_line.parse(words)


def test_the_text_of_a_briefing_is_the_servers_own(worker: Terminal) -> None:
    briefing = done(worker, "brief")

    assert worker("brief").output == f"{briefing['markdown']}\n\ncursor: {briefing['cursor']}\n"


def test_waiting_ends_with_3_where_nothing_came(worker: Terminal) -> None:
    done(worker, "ack", "all")

    waited, told = worker("brief", "--wait", "1"), worker("inbox", "--wait", "1")

    assert (waited.status, told.status) == (3, 3)
    assert waited.output.startswith(f"# {worker.name} in ")
    assert worker("claim", "--label", "none", "--wait", "1").status == 3
    assert worker("claim", "--review", "--wait", "1").status == 3


def test_an_observer_changes_nothing(team: Team, worker: Terminal, task: str) -> None:
    observer = team.agent("observer", role="OBSERVER")

    assert done(observer, "show", task)["id"] == task
    assert refused(observer, "claim", task) == ("FORBIDDEN", 4)
    assert done(worker, "show", task)["status"] == "TODO"


def test_every_command_is_called_here() -> None:
    called = set(re.findall(r'done\(\s*\w+, "(\w+)"', Path(__file__).read_text("utf-8")))

    assert set(COMMANDS) - OTHERS - called == set()


def test_the_schemas_are_such() -> None:
    Draft202012Validator.check_schema(SCHEMAS)
