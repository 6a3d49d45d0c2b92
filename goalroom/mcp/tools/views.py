"""The views of look_up."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from goalroom.mcp import node_text, task_text
from goalroom.mcp.api import Api, ask
from goalroom.mcp.node_text import INSIGHT_LINE, OBJECTIVE_LINE, PROPOSAL
from goalroom.mcp.task_text import TASK_LINE
from goalroom.mcp.text import compact, labelled, minute, name_of, quoted
from goalroom.mcp.tools.pages import Entry, Page, Place

View = Callable[[Api, Place], Awaitable[Page]]

_TASKS = (
    """
query ($room: ID, $filter: TaskFilter!, $after: String) {
  room(room: $room) {
    tasks(filter: $filter, first: 100, after: $after) {
      edges { cursor node { ...TaskLine waitingOn { kind reason task { id } } } } pageInfo { hasNextPage } totalCount
    }
  }
}
"""
    + TASK_LINE
)
_TREE = (
    """
query ($room: ID, $after: String) {
  room(room: $room) {
    objectives(first: 20, after: $after) {
      edges { cursor node { ...ObjectiveLine ...Numbers subtree(depth: 20) { ...ObjectiveLine ...Numbers } } }
      pageInfo { hasNextPage }
    }
  }
}
fragment Numbers on Objective { keyResults { id title unit start target current } }
"""
    + OBJECTIVE_LINE
)
_UNDER = (
    """
query ($id: ID!) {
  objective(id: $id) {
    ...ObjectiveLine ...Numbers
    subtree(depth: 20) { ...ObjectiveLine ...Numbers }
    tasks(deep: true, first: 200, orderBy: CREATED) { nodes { ...TaskLine } }
  }
}
fragment Numbers on Objective { keyResults { id title unit start target current } }
"""
    + OBJECTIVE_LINE
    + TASK_LINE
)
_AGENTS = """
query ($room: ID) {
  agents(room: $room) { id name kind presence capabilities activity { kind note task { id } } tasks { id } }
}
"""
_DIGEST = (
    """
query ($room: ID) {
  room(room: $room) {
    digest {
      since until
      counts { todo ready doing blocked validating done stale }
      completed { ...TaskLine } stale { ...TaskLine } reclaimed { ...TaskLine } blocked { ...TaskLine }
      inReview { ...TaskLine }
      proposals { id status title outcome }
      insights { ...InsightLine }
    }
  }
}
"""
    + TASK_LINE
    + INSIGHT_LINE
)
_LOG = """
query ($room: ID, $after: String, $first: Int, $last: Int) {
  events(room: $room, after: $after, first: $first, last: $last) {
    nodes { cursor kind at actor { name } task { id } objective { id } agent { name } message { id } data }
    pageInfo { hasNextPage }
  }
}
"""
_INBOX = """
query ($after: String) {
  inbox(first: 100, after: $after) {
    edges {
      cursor
      node {
        id kind summary
        task { id } proposal { id }
        message { id from { name } body } comment { id author { name } body }
      }
    }
    pageInfo { hasNextPage }
  }
}
"""
_PROPOSALS = (
    """
query ($room: ID, $after: String) {
  room(room: $room) {
    proposals(open: false, first: 50, after: $after) {
      edges { cursor node { ...WholeProposal } } pageInfo { hasNextPage }
    }
  }
}
"""
    + PROPOSAL
)
_INSIGHTS = (
    """
query ($room: ID, $after: String) {
  room(room: $room) {
    insights(first: 50, after: $after) { edges { cursor node { ...InsightLine } } pageInfo { hasNextPage } }
  }
}
"""
    + INSIGHT_LINE
)
_UNFINISHED = ["TODO", "DOING", "BLOCKED", "VALIDATING"]
_TEXT = 500


def _tasks(wanted: Callable[[str], Mapping[str, Any]]) -> View:
    """Tasks by a filter, which may be about the caller."""

    async def view(api: Api, place: Place) -> Page:
        chosen = {**wanted(place.me), **({"objective": place.under} if place.under else {})}
        seen = await ask(api, _TASKS, room=place.room, filter=chosen, after=place.after)
        found = seen["room"]["tasks"]
        entries = [Entry(edge["cursor"], _task(edge["node"])) for edge in found["edges"]]
        head = [f"{found['totalCount']} in all"] if entries else []
        return Page(entries=entries, head=head, has_more=found["pageInfo"]["hasNextPage"])

    return view


def _task(task: Mapping[str, Any]) -> list[str]:
    lines = task_text.line(task)
    if task["status"] in {"BLOCKED", "TODO"}:
        for wait in task["waitingOn"]:
            of = f" {wait['task']['id']}" if wait["task"] else ""
            lines += [f"waits, {wait['kind']}{of}", *quoted(wait["reason"], _TEXT)]
    return lines


def _objective(objective: Mapping[str, Any]) -> list[str]:
    numbers = [line for one in objective["keyResults"] for line in node_text.key_result(one)]
    return [*node_text.objective_line(objective), *numbers]


async def _tree(api: Api, place: Place) -> Page:
    if place.under:
        top = (await ask(api, _UNDER, id=place.under))["objective"]
        entries = [Entry(one["id"], _objective(one)) for one in (top, *top["subtree"])]
        entries += [Entry(one["id"], task_text.line(one)) for one in top["tasks"]["nodes"]]
        return place.after_id(entries)
    found = (await ask(api, _TREE, room=place.room, after=place.after))["room"]["objectives"]
    entries = [
        Entry(edge["cursor"], [line for one in (edge["node"], *edge["node"]["subtree"]) for line in _objective(one)])
        for edge in found["edges"]
    ]
    return Page(entries=entries, has_more=found["pageInfo"]["hasNextPage"])


async def _agents(api: Api, place: Place) -> Page:
    found = (await ask(api, _AGENTS, room=place.room))["agents"]
    return place.after_id([Entry(one["id"], _agent(one)) for one in found])


def _agent(agent: Mapping[str, Any]) -> list[str]:
    activity, holds = agent["activity"], [task["id"] for task in agent["tasks"]]
    facts = [agent["presence"]]
    if activity:
        facts.append(activity["kind"] + (f" on {activity['task']['id']}" if activity["task"] else ""))
    if holds:
        facts.append(f"holds {', '.join(holds)}")
    lines = [f"{agent['id']} {name_of(agent)} {agent['kind']}, {', '.join(facts)}"]
    lines += quoted(activity["note"] or "", _TEXT) if activity else []
    return lines + (labelled("capabilities", compact(agent["capabilities"])) if agent["capabilities"] else [])


async def _digest(api: Api, place: Place) -> Page:
    digest = (await ask(api, _DIGEST, room=place.room))["room"]["digest"]
    counts = ", ".join(f"{number} {name}" for name, number in digest["counts"].items() if number)
    head = [f"From {minute(digest['since'])} to {minute(digest['until'])}: {counts or 'no tasks'}"]
    entries = []
    for name, heading in (
        ("completed", "Completed"),
        ("stale", "Stale"),
        ("reclaimed", "Taken back"),
        ("blocked", "Blocked"),
        ("inReview", "In review"),
    ):
        entries += _under(heading, name, [task_text.line(task) for task in digest[name]])
    proposals = [
        [f"{one['id']} {one['status']}", *quoted(one["title"]), *labelled("outcome", one["outcome"] or "")]
        for one in digest["proposals"]
    ]
    entries += _under("Decisions", "proposals", proposals)
    entries += _under("Insights", "insights", [node_text.insight_line(one) for one in digest["insights"]])
    return place.after_id(entries, head)


def _under(heading: str, name: str, items: Sequence[list[str]]) -> list[Entry]:
    return [
        Entry(f"{name}.{at}", [f"{heading} ({len(items)}):", *lines] if at == 0 else lines)
        for at, lines in enumerate(items)
    ]


async def _log(api: Api, place: Place) -> Page:
    size = {"last": 50} if place.after is None else {"first": 100}
    found = (await ask(api, _LOG, room=place.room, after=place.after, **size))["events"]
    entries = [Entry(one["cursor"], _event(one)) for one in found["nodes"]]
    more = place.after is not None and found["pageInfo"]["hasNextPage"]
    return Page(entries=entries, has_more=more, end=entries[-1].cursor if entries else place.after)


def _event(event: Mapping[str, Any]) -> list[str]:
    things = [event[name]["id"] for name in ("task", "objective", "message") if event[name]]
    things += [name_of(event["agent"])] if event["agent"] else []
    by = f"by {name_of(event['actor'])}"
    said = compact(event["data"]) if event["data"] else ""
    return [" ".join([event["cursor"], event["kind"], *things, by, minute(event["at"])]), *quoted(said, _TEXT)]


async def _inbox(api: Api, place: Place) -> Page:
    found = (await ask(api, _INBOX, after=place.after))["inbox"]
    entries = [Entry(edge["cursor"], _told(edge["node"])) for edge in found["edges"]]
    return Page(entries=entries, has_more=found["pageInfo"]["hasNextPage"])


def _told(item: Mapping[str, Any]) -> list[str]:
    """What it is about and who said it, then the words."""
    message, comment = item["message"], item["comment"]
    about = [one["id"] for one in (item["task"], item["proposal"], message, comment) if one]
    by = f" from {name_of(message['from'])}" if message else f" from {name_of(comment['author'])}" if comment else ""
    said = message["body"] if message else comment["body"] if comment else item["summary"]
    return [f"{' '.join([item['id'], item['kind'], *about])}{by}", *quoted(said, _TEXT)]


async def _decisions(api: Api, place: Place) -> Page:
    found = (await ask(api, _PROPOSALS, room=place.room, after=place.after))["room"]["proposals"]
    entries = [Entry(edge["cursor"], [*node_text.proposal(edge["node"], _TEXT)]) for edge in found["edges"]]
    return Page(entries=entries, has_more=found["pageInfo"]["hasNextPage"])


async def _insights(api: Api, place: Place) -> Page:
    found = (await ask(api, _INSIGHTS, room=place.room, after=place.after))["room"]["insights"]
    entries = [Entry(edge["cursor"], node_text.insight_line(edge["node"])) for edge in found["edges"]]
    return Page(entries=entries, has_more=found["pageInfo"]["hasNextPage"])


_OF_TASKS: Mapping[str, View] = {
    "ready": _tasks(lambda _me: {"ready": True}),
    "mine": _tasks(lambda me: {"assignee": me, "statuses": _UNFINISHED}),
    "waiting_on_me": _tasks(lambda me: {"waitingForAgent": me}),
    "i_wait_for": _tasks(lambda me: {"awaitedByAgent": me}),
    "blocked": _tasks(lambda _me: {"statuses": ["BLOCKED"]}),
    "stale": _tasks(lambda _me: {"stale": True}),
    "in_review": _tasks(lambda _me: {"statuses": ["VALIDATING"]}),
}
VIEWS: Mapping[str, View] = {
    **_OF_TASKS,
    "tree": _tree,
    "agents": _agents,
    "digest": _digest,
    "log": _log,
    "inbox": _inbox,
    "decisions": _decisions,
    "insights": _insights,
}
# Those that can be of one objective and what is below it.
UNDER = frozenset({*_OF_TASKS, "tree"})
