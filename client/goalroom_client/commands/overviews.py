"""Reading: what waits, what could be taken, and all there is to know of something."""

import re
from pathlib import Path

from goalroom_client import documents, text_lines
from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.commands.waiting import ACKNOWLEDGE, wait_argument, wait_for_item
from goalroom_client.failures import DONE, NOTHING, bad_usage
from goalroom_client.input_texts import ids

_BRIEFING = (
    """
query($room: ID, $maxTokens: Int) {
  briefing(room: $room, maxTokens: $maxTokens) {
    markdown cursor me { id name }
    tasks { ...TaskLine } reviews { ...TaskLine } next { ...TaskLine }
    inbox { id kind summary createdAt task { id } } proposals { id kind title options closesAt }
  }
}
"""
    + documents.TASK_LINE
)
_READY = (
    "query($room: ID, $first: Int) { readyTasks(room: $room, first: $first) { ...TaskLine } }" + documents.TASK_LINE
)
_MINE = "query($room: ID) { briefing(room: $room) { tasks { ...TaskLine } } }" + documents.TASK_LINE
_MEMORIES = "query($scope: ID!) { memories(scope: $scope) { ...MemoryFields } }" + documents.MEMORY
_TREES = (
    """
query($room: ID) {
  room(room: $room) { objectives(first: 50) { nodes { ...ObjectiveLine subtree { ...ObjectiveLine } } } }
}
"""
    + documents.OBJECTIVE_LINE
)
_TREE = (
    """
query($id: ID!) {
  objective(id: $id) {
    ...ObjectiveLine subtree { ...ObjectiveLine } tasks(deep: true, first: 100) { nodes { ...TaskLine } }
  }
}
"""
    + documents.OBJECTIVE_LINE
    + documents.TASK_LINE
)
_SEARCH = "query($query: String!, $room: ID, $first: Int) { search(query: $query, room: $room, first: $first) " + (
    documents.FOUND
)
_DIGEST = (
    """
query($room: ID, $since: DateTime) {
  room(room: $room) {
    digest(since: $since) {
      since until markdown counts { total todo ready doing blocked validating done cancelled stale }
      completed { ...TaskLine } stale { ...TaskLine } reclaimed { ...TaskLine } blocked { ...TaskLine }
      inReview { ...TaskLine } agents { name presence } proposals { id kind status title outcome }
    }
  }
}
"""
    + documents.TASK_LINE
)


def prime(call: Call) -> Answer:  # noqa: ARG001  # it needs no server
    text = (Path(__file__).parents[1] / "prime.md").read_text("utf-8").rstrip()
    return Answer({"markdown": text}, text)


def brief(call: Call) -> Answer:
    status = DONE
    if call.options.hook:
        from goalroom_client.commands.hooking import in_time, start

        return in_time(call, lambda: start(call, {}))
    if call.options.ack:
        given = ids(call.options.ack)
        call.create(ACKNOWLEDGE, **({} if given == ["all"] else {"items": given}))
    if call.options.wait is not None and wait_for_item(call, call.options.wait) is None:
        status = NOTHING
    found = call.ask(_BRIEFING, room=call.room, maxTokens=call.options.max_tokens)["briefing"]
    return Answer(found, f"{found['markdown']}\n\ncursor: {found['cursor']}", status)


def ready(call: Call) -> Answer:
    found = call.ask(_READY, room=call.room, first=call.options.first)["readyTasks"]
    return Answer(found, text_lines.joined(map(text_lines.task, found), "Nothing is ready for you: gr claim --wait 60"))


def mine(call: Call) -> Answer:
    found = call.ask(_MINE, room=call.room)["briefing"]["tasks"]
    return Answer(found, text_lines.joined(map(text_lines.task, found), "You hold nothing: gr claim"))


def show(call: Call) -> Answer:
    wanted = ids(call.options.ids)
    found = nodes(call, wanted)
    pages = [page(call, one) for one in found]
    return Answer(found[0] if len(wanted) == 1 else found, "\n\n".join(pages))


def tree(call: Call) -> Answer:
    wanted = call.options.objective
    if wanted is None:
        roots = call.ask(_TREES, room=call.room)["room"]["objectives"]["nodes"]
        lines = [line for root in roots for line in _branch(root, root["subtree"])]
        return Answer(roots, text_lines.joined(lines, "There is no goal yet: gr goal TITLE"))
    found = call.ask(_TREE, id=wanted)["objective"]
    lines = [*_branch(found, found["subtree"]), *map(text_lines.task, found["tasks"]["nodes"])]
    return Answer(found, "\n".join(lines))


def _branch(root: text_lines.Thing, below: list[text_lines.Thing]) -> list[str]:
    """The objective, and those below it, each further in than its parent; parents come before children."""
    depth, lines = {root["id"]: 0}, []
    for one in (root, *below):
        depth.setdefault(one["id"], depth.get((one["parent"] or {}).get("id", ""), 0) + 1)
        inset = "  " * depth[one["id"]]
        lines.append(inset + text_lines.objective(one))
        lines += [f"{inset}  {text_lines.key_result(result)}" for result in one["keyResults"]]
    return lines


def search(call: Call) -> Answer:
    found = call.ask(_SEARCH, query=call.options.text, room=call.room, first=call.options.first)["search"]
    pages = (text_lines.found(one) for one in found)
    return Answer(found, text_lines.joined(pages, "Nothing was found."))


def digest(call: Call) -> Answer:
    found = call.ask(_DIGEST, room=call.room, since=call.options.since)["room"]["digest"]
    return Answer(found, found["markdown"])


def nodes(call: Call, wanted: list[str]) -> list[text_lines.Thing]:
    """What has these ids, in their order."""
    for one in wanted or [""]:
        if not re.fullmatch(r"[A-Za-z]\d+", one):
            raise bad_usage(f"{one} is no id." if one else "No id was given.", "An id looks like T42.")
    by_letter: dict[str, list[str]] = {}
    for one in wanted:
        by_letter.setdefault(one[0].upper(), []).append(one)
    answer = call.ask(documents.nodes(list(by_letter)), **by_letter)
    found = {letter: iter(answer[letter]) for letter in by_letter}
    return [next(found[one[0].upper()]) for one in wanted]


def page(call: Call, found: text_lines.Thing) -> str:
    """All there is to know of it, its memory included."""
    if found["__typename"] != "Task" or call.options.json:
        return text_lines.anything(found)
    return text_lines.task_page(found, call.ask(_MEMORIES, scope=found["id"])["memories"])


COMMANDS = {
    "prime": Command(prime),
    "brief": Command(
        brief,
        (
            wait_argument("until something is in your inbox"),
            arg("--ack", action="append", metavar="IDS", help="acknowledge these items first, or `all`"),
            arg("--max-tokens", type=int, metavar="N", help="how long it may be; 1000, if left out"),
            arg("--hook", action="store_true", help="for the start of a session: what is held first, never a failure"),
        ),
    ),
    "ready": Command(ready, (arg("--first", type=int, metavar="N", help="so many at most; 20, if left out"),)),
    "mine": Command(mine),
    "show": Command(show, (arg("ids", nargs="+", metavar="ID", help="T42, O1, M7 ...; several by blanks or commas"),)),
    "tree": Command(tree, (arg("objective", nargs="?", metavar="O1", help="from this one down, with its tasks"),)),
    "search": Command(
        search,
        (
            arg("text", metavar="TEXT", help="words, or an id"),
            arg("--first", type=int, metavar="N", help="so many at most; 20, if left out"),
        ),
    ),
    "digest": Command(digest, (arg("--since", metavar="TIME", help="from when on; the last digest, if left out"),)),
}
