"""Messages, the inbox, and memory."""

from typing import Any

from goalroom_client import documents, text_lines
from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.commands.waiting import ACKNOWLEDGE, wait_argument, wait_for_item
from goalroom_client.failures import DONE, NOTHING, Failure, bad_usage
from goalroom_client.input_texts import filled, ids, json_value, key, seconds, text

_SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { ...MessageFields } }" + documents.MESSAGE
_INBOX = (
    """
query($unacknowledged: Boolean, $kinds: [InboxKind!], $first: Int) {
  inbox(unacknowledged: $unacknowledged, kinds: $kinds, first: $first) { nodes { ...InboxFields } totalCount }
}
"""
    + documents.INBOX_ITEM
)
_REMEMBER = "mutation($input: RememberInput!) { remember(input: $input) { ...MemoryFields } }" + documents.MEMORY
_RECALL = (
    "query($scope: ID!, $key: String!) { recall(scope: $scope, key: $key) { ...MemoryFields } }" + documents.MEMORY
)
_MEMORIES = (
    """
query($scope: ID!, $prefix: String, $search: String, $first: Int) {
  memories(scope: $scope, prefix: $prefix, search: $search, first: $first) { ...MemoryFields }
}
"""
    + documents.MEMORY
)
_FORGET = "mutation($input: ForgetInput!) { forget(input: $input) }"
_MOST = 200

_SCOPE = arg("scope", metavar="SCOPE", help="a room, O1, T42, an agent, or `me`")
_MEMORY_KEY = arg("key", metavar="KEY", help="under what it is kept")


def send(call: Call) -> Answer:
    options = call.options
    where: dict[str, Any] = (
        {"channel": options.to[1:]}
        if options.to.startswith("#")
        else {"to": [one.lstrip("@") for one in ids([options.to])]}
    )
    given = filled(room=call.room, replyTo=options.reply_to, supersedes=options.supersedes)
    found = call.create(_SEND, body=text(options.text), idempotencyKey=key(options.key), **where, **given)
    lines = [f"{found['id']} sent to {options.to}"]
    if unknown := found["unknownMentions"]:
        lines.append(f"Nobody is called {', '.join(unknown)}: they were not told.")
    return Answer(found, "\n".join(lines))


def inbox(call: Call) -> Answer:
    options, status = call.options, DONE
    if options.wait is not None and wait_for_item(call, options.wait) is None:
        status = NOTHING
    found = call.ask(_INBOX, unacknowledged=not options.all, kinds=options.kind, first=options.first)["inbox"]
    lines = [text_lines.inbox_item(item) for item in found["nodes"]]
    if more := found["totalCount"] - len(lines):
        lines.append(f"and {more} more: gr inbox --first {min(found['totalCount'], _MOST)}")
    return Answer(found["nodes"], text_lines.joined(lines, "Nothing is in your inbox."), status)


def ack(call: Call) -> Answer:
    given = ids(call.options.items)
    if "all" in given and given != ["all"]:
        raise bad_usage("`all` stands alone.")
    count = call.create(ACKNOWLEDGE, **({} if given == ["all"] else {"items": given}))
    return Answer(count, f"{count} acknowledged")


def remember(call: Call) -> Answer:
    options = call.options
    given = filled(ifVersion=options.if_version, ttlSeconds=options.ttl)
    value = json_value(options.value)
    # With a version it is the second time that is refused, though the first was kept.
    do = call.create if options.if_version is None else call.write
    found = do(_REMEMBER, scope=_scope(call), key=options.key, value=value, **given)
    return Answer(found, text_lines.memory(found))


def recall(call: Call) -> Answer:
    options, scope = call.options, _scope(call)
    if options.key is None:
        found = call.ask(_MEMORIES, scope=scope, prefix=options.prefix, search=options.search, first=_MOST)["memories"]
        return Answer(found, text_lines.joined(map(text_lines.memory, found), "Nothing is kept there."))
    if options.prefix or options.search:
        raise bad_usage("--prefix and --search go without a key.")
    try:
        found = call.ask(_RECALL, scope=scope, key=options.key)["recall"]
    except Failure as failure:
        # It is the key that is missing, and not the scope.
        if failure.code != "NOT_FOUND" or failure.facts.get("id") != options.key or options.key == scope:
            raise
        return Answer(None, "", NOTHING)
    return Answer(found, text_lines.memory(found))


def forget(call: Call) -> Answer:
    forgotten = call.create(_FORGET, scope=_scope(call), key=call.options.key)
    return Answer(forgotten, "forgotten" if forgotten else "There was nothing to forget.")


def _scope(call: Call) -> str:
    given: str = call.options.scope
    if given == "me":
        return str(call.ask("{ me { id } }")["me"]["id"])
    return given


COMMANDS = {
    "send": Command(
        send,
        (
            arg("to", metavar="'#general'|AGENT", help="a channel, or agents by commas"),
            arg("text", metavar="TEXT", help="`-` is standard input, `@FILE` a file; @name tells that agent"),
            arg("--reply-to", metavar="M1", help="the message that it answers"),
            arg("--supersedes", metavar="M1", help="your own message whose place it takes"),
            arg("--key", metavar="KEY", help="the same key again is the same message"),
        ),
    ),
    "inbox": Command(
        inbox,
        (
            wait_argument("until something is there"),
            arg("--all", action="store_true", help="what is acknowledged, too"),
            arg(
                "--kind",
                action="append",
                choices=documents.INBOX_KINDS,
                metavar="KIND",
                help=f"only these: {', '.join(documents.INBOX_KINDS)}",
            ),
            arg("--first", type=int, metavar="N", help="so many at most; 50, if left out"),
        ),
    ),
    "ack": Command(ack, (arg("items", nargs="+", metavar="IDS|all", help="the items that you have dealt with"),)),
    "remember": Command(
        remember,
        (
            _SCOPE,
            _MEMORY_KEY,
            arg("value", metavar="VALUE", help="JSON, or a text; `-` is standard input, `@FILE` a file"),
            arg("--if-version", type=int, metavar="N", help="only where this version stands there; 0: only where none"),
            arg("--ttl", type=seconds, metavar="10m", help="how long it is kept; for ever, if left out"),
        ),
        "It outlasts your session",
    ),
    "recall": Command(
        recall,
        (
            _SCOPE,
            arg("key", nargs="?", metavar="KEY", help="this one; else all that is there"),
            arg("--prefix", metavar="TEXT", help="only keys that begin so"),
            arg("--search", metavar="WORDS", help="only those that match, best first"),
        ),
    ),
    "forget": Command(forget, (_SCOPE, _MEMORY_KEY)),
}
