"""What people decide, and votes."""

from goalroom_client import documents, text_lines
from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.input_texts import filled, ids, key, moment, text

_VOTE = "mutation($input: VoteInput!) { vote(input: $input) { ...ProposalFields } }" + documents.PROPOSAL
_PROPOSE = "mutation($input: ProposeInput!) { propose(input: $input) { ...ProposalFields } }" + documents.PROPOSAL
_DECISIONS = (
    """
query($room: ID, $open: Boolean) { room(room: $room) { proposals(open: $open) { nodes { ...ProposalFields } } } }
"""
    + documents.PROPOSAL
)


def decide(call: Call) -> Answer:
    options = call.options
    given = filled(note=text(options.note) if options.note else None)
    found = call.create(_VOTE, proposal=options.proposal, option=options.choice, **given)
    return Answer(found, text_lines.proposal(found))


def propose(call: Call) -> Answer:
    options = call.options
    found = call.create(
        _PROPOSE,
        kind=options.kind.upper(),
        title=options.title,
        idempotencyKey=key(options.key),
        **filled(
            room=call.room,
            body=text(options.body) if options.body else None,
            options=options.option,
            electorate=ids(options.electorate),
            quorum=options.quorum,
            closesAt=moment(options.closes) if options.closes else None,
            defaultOption=options.default,
            tasks=ids(options.task),
        ),
    )
    return Answer(found, text_lines.proposal(found))


def decisions(call: Call) -> Answer:
    found = call.ask(_DECISIONS, room=call.room, open=not call.options.all)["room"]["proposals"]["nodes"]
    return Answer(found, text_lines.joined(map(text_lines.proposal, found), "Nothing is to be decided."))


COMMANDS = {
    "decide": Command(
        decide,
        (
            arg("proposal", metavar="D2", help="the proposal"),
            arg("choice", metavar="OPTION", help="one of its options, or abstain"),
            arg("--note", metavar="TEXT", help="why"),
        ),
        "Again, it replaces your vote while it is open",
    ),
    "propose": Command(
        propose,
        (
            arg("title", metavar="TITLE", help="what is to be decided, in a line"),
            arg("--kind", choices=("approval", "vote"), default="approval", help="a person decides, or members vote"),
            arg("--body", metavar="TEXT", help="`-` is standard input, `@FILE` a file"),
            arg("--option", action="append", metavar="A", help="of a vote; approve and reject, if left out"),
            arg("--electorate", action="append", default=[], metavar="AGENTS", help="who decides"),
            arg("--quorum", type=int, metavar="N", help="of a vote: how many must have voted"),
            arg("--closes", metavar="WHEN", help="2h from now, or a time"),
            arg("--default", metavar="A", help="what holds where nobody decided until then"),
            arg("--task", action="append", default=[], metavar="T42", help="waits for it"),
            arg("--key", metavar="KEY", help="the same key again is the same proposal"),
        ),
    ),
    "decisions": Command(decisions, (arg("--all", action="store_true", help="what is closed, too"),)),
}
