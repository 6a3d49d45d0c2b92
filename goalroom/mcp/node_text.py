"""Anything with an id as text: in a line for lists, and with what there is to know of it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from goalroom.mcp import task_text
from goalroom.mcp.task_text import TASK, TASK_LINE
from goalroom.mcp.text import compact, count, labelled, minute, name_of, quoted

Node = Mapping[str, Any]

# The page of whoever asks for a thing by its id has a bound of its own.
_ALL = 1_000

# Of kinds that stand beside tasks in one answer, fields of another type have names of their own.
OBJECTIVE_LINE = """
fragment ObjectiveLine on Objective {
  id title state: status progress standing counts { total done } above: parent { id }
}
"""
PROPOSAL = """
fragment WholeProposal on Proposal {
  id proposalKind: kind proposalStatus: status title body options outcome byDefault closesAt quorum
  by: author { name } electorate { name } waiting: tasks { id } votes { agent { name } option note }
}
"""
INSIGHT_LINE = "fragment InsightLine on Insight { id title insightStatus: status score became: task { id } }\n"
# What a list shows of each.
NODE_LINE = (
    """
fragment NodeLine on Node {
  __typename id
  ... on Task { ...TaskLine }
  ... on Objective { ...ObjectiveLine }
  ... on Comment { kind body author { name } of: task { id } }
  ... on Message { body createdAt from { name } channel { name } }
}
"""
    + TASK_LINE
    + OBJECTIVE_LINE
)
# What an id shows: of the kinds that agents meet, all; of others their name, and GraphQL has the rest.
WHOLE_NODE = (
    """
fragment WholeNode on Node {
  __typename id
  ... on Task {
    ...WholeTask
    latest: comments(kinds: [NOTE, PROGRESS, HANDOFF, SUBMISSION], last: 10) {
      nodes { id kind body createdAt author { name } }
    }
  }
  ... on Objective {
    ...ObjectiveLine
    description dueAt owner { name }
    keyResults { id title unit start target current }
    children(first: 20) { nodes { ...ObjectiveLine } }
    tasks(first: 20) { nodes { ...TaskLine } totalCount }
  }
  ... on KeyResult { title unit start target current under: objective { id } }
  ... on Comment { kind body author { name } of: task { id } createdAt }
  ... on Review { verdict comment reviewed: task { id } judge: reviewer { name } }
  ... on Message {
    body createdAt from { name } channel { name } to { name } replyTo { id } supersededBy { id }
    replies(first: 10) { nodes { id body from { name } } }
  }
  ... on InboxItem { inboxKind: kind summary task { id } acknowledgedAt }
  ... on Proposal { ...WholeProposal }
  ... on Reflection { worked didNotWork change tags task { id } by: author { name } }
  ... on Insight { ...InsightLine insightReason: reason reflected: reflections { id didNotWork change } }
  ... on Agent { name agentKind: kind description capabilities presence holds: tasks { id } }
  ... on Room {
    name title settings { paused requireReview requireDoneCriteria }
    counts { todo ready doing blocked validating done }
  }
  ... on Resource { name capacity inUse breaker lastDetail }
  ... on Schedule { cron timezone title active nextAt }
  ... on Event { cursor eventKind: kind actor { name } at data }
}
"""
    + TASK_LINE
    + TASK
    + OBJECTIVE_LINE
    + PROPOSAL
    + INSIGHT_LINE
)


def line(node: Node) -> list[str]:
    """A node in a list."""
    kind = node["__typename"]
    if kind == "Task":
        return task_text.line(node)
    if kind == "Objective":
        return objective_line(node)
    if kind == "Comment":
        of = f" on {node['of']['id']}" if node["of"] else ""
        return [f"{node['id']} {node['kind']}{of} from {name_of(node['author'])}", *quoted(node["body"], 300)]
    if kind == "Message":
        return [_message(node), *quoted(node["body"], 300)]
    return [f"{node['id']} {kind}"]


def objective_line(objective: Node) -> list[str]:
    """An objective in a list: id, state and progress, then its title."""
    counts, below = objective["counts"], f", in {objective['above']['id']}" if objective["above"] else ""
    standing = ", standing" if objective["standing"] else ""
    share = f"{round(100 * objective['progress'])}%, {counts['done']} of {count(counts['total'], 'task')} done"
    return [f"{objective['id']} {objective['state']}{standing}, {share}{below}", *quoted(objective["title"])]


def whole(node: Node, most: int) -> list[str]:
    """All that is shown of it, each text up to so many characters."""
    shown = _SHOWN.get(node["__typename"])
    if shown is None:
        return [f"{node['id']} {node['__typename']}: goalroom_graphql shows it, as node(id:)"]
    return [*shown(node, most)]


def _task(node: Node, most: int) -> Iterable[str]:
    yield from task_text.whole(node, most=most, listed=_ALL)
    for one in node["latest"]["nodes"]:
        yield f"{one['id']} {one['kind']} from {name_of(one['author'])}, {minute(one['createdAt'])}"
        yield from quoted(one["body"], most)


def key_result(node: Node) -> list[str]:
    """A key result in a list."""
    numbers = f"{node['current']:g}, from {node['start']:g} to {node['target']:g}"
    return [f"{node['id']} {numbers}", *quoted(f"{node['title']} {node['unit']}".strip())]


def _objective(node: Node, most: int) -> Iterable[str]:
    yield from objective_line(node)
    if node["owner"]:
        yield f"owner {name_of(node['owner'])}"
    if node["dueAt"]:
        yield f"due {minute(node['dueAt'])}"
    yield from labelled("description", node["description"], most)
    for one in node["keyResults"]:
        yield from key_result(one)
    for one in node["children"]["nodes"]:
        yield from objective_line(one)
    for one in node["tasks"]["nodes"]:
        yield from task_text.line(one)
    if (more := node["tasks"]["totalCount"] - len(node["tasks"]["nodes"])) > 0:
        yield f"Left out: {count(more, 'task')}; look_up {compact({'view': 'tree', 'under': node['id']})}"


def _message(node: Node) -> str:
    where = f"in #{node['channel']['name']}" if node["channel"] else "directly"
    return f"{node['id']} from {name_of(node['from'])} {where}, {minute(node['createdAt'])}"


def _whole_message(node: Node, most: int) -> Iterable[str]:
    yield _message(node)
    if node["to"]:
        yield f"to {', '.join(name_of(one) for one in node['to'])}"
    for name, word in (("replyTo", "answers"), ("supersededBy", "is replaced by")):
        if node[name]:
            yield f"{word} {node[name]['id']}"
    yield from quoted(node["body"], most)
    for one in node["replies"]["nodes"]:
        yield from [f"{one['id']} answers it, from {name_of(one['from'])}", *quoted(one["body"], most)]


def _comment(node: Node, most: int) -> Iterable[str]:
    of = f" on {node['of']['id']}" if node["of"] else ""
    yield f"{node['id']} {node['kind']}{of} from {name_of(node['author'])}, {minute(node['createdAt'])}"
    yield from quoted(node["body"], most)


def proposal(node: Node, most: int) -> Iterable[str]:
    """What is asked, of whom, and what came of it."""
    until = f", until {minute(node['closesAt'])}" if node["closesAt"] else ""
    default = ", by default" if node["byDefault"] else ""
    yield f"{node['id']} {node['proposalKind']} {node['proposalStatus']}{default} from {name_of(node['by'])}{until}"
    yield from quoted(node["title"])
    yield from quoted(node["body"], most)
    yield from labelled("options", compact(node["options"]), most)
    yield from labelled("outcome", node["outcome"] or "")
    yield f"asked: {', '.join(name_of(one) for one in node['electorate'])}; quorum {node['quorum']}"
    if node["waiting"]:
        yield f"tasks: {', '.join(one['id'] for one in node['waiting'])}"
    for vote in node["votes"]:
        said = " ".join(part for part in (compact(vote["option"]), vote["note"]) if part)
        yield from labelled(f"{name_of(vote['agent'])} votes", said, most)


def insight_line(node: Node) -> list[str]:
    """An insight in a list."""
    task = f", {node['became']['id']}" if node["became"] else ""
    return [f"{node['id']} {node['insightStatus']}, score {node['score']:.2f}{task}", *quoted(node["title"])]


def _insight(node: Node, most: int) -> Iterable[str]:
    yield from insight_line(node)
    yield from labelled("reason", node["insightReason"], most)
    for one in node["reflected"]:
        yield from labelled(one["id"], "\n".join(part for part in (one["didNotWork"], one["change"]) if part), most)


def _agent(node: Node, most: int) -> Iterable[str]:
    holds = f", holds {', '.join(one['id'] for one in node['holds'])}" if node["holds"] else ""
    yield f"{node['id']} {name_of(node)} {node['agentKind']}, {node['presence']}{holds}"
    yield from quoted(node["description"], most)
    if node["capabilities"]:
        yield from labelled("capabilities", compact(node["capabilities"]), most)


def _facts(*names: str) -> Callable[[Node, int], Iterable[str]]:
    """What needs no sentence: these fields, as JSON that is somebody's words."""

    def shown(node: Node, most: int) -> Iterable[str]:
        yield f"{node['id']} {node['__typename']}"
        yield from quoted(compact({name: node[name] for name in names}), most)

    return shown


_SHOWN: Mapping[str, Callable[[Node, int], Iterable[str]]] = {
    "Task": _task,
    "Objective": _objective,
    "KeyResult": lambda node, _most: [*key_result(node), f"of {node['under']['id']}"],
    "Comment": _comment,
    "Message": _whole_message,
    "Proposal": proposal,
    "Insight": _insight,
    "Agent": _agent,
    "Review": _facts("verdict", "comment", "reviewed", "judge"),
    "InboxItem": _facts("inboxKind", "summary", "task", "acknowledgedAt"),
    "Reflection": _facts("worked", "didNotWork", "change", "tags", "task", "by"),
    "Room": _facts("name", "title", "settings", "counts"),
    "Resource": _facts("name", "capacity", "inUse", "breaker", "lastDetail"),
    "Schedule": _facts("cron", "timezone", "title", "active", "nextAt"),
    "Event": _facts("cursor", "eventKind", "actor", "at", "data"),
}
