"""The inbox: waiting for its news, and taking items out of it."""

from typing import Any

from goalroom_client import documents
from goalroom_client.call import Call, arg
from goalroom_client.input_texts import seconds

_INBOX = "{ inbox(first: 1) { nodes { ...InboxFields } } }" + documents.INBOX_ITEM
ACKNOWLEDGE = "mutation($input: AcknowledgeInput!) { acknowledge(input: $input) }"
FOLLOW_INBOX = "subscription { inbox { ...InboxFields } }" + documents.INBOX_ITEM


def wait_argument(until: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """`--wait S`."""
    return arg("--wait", type=seconds, metavar="S", help=f"wait so long {until}: 90, 10m or 2h")


def wait_for_item(call: Call, most: int) -> dict[str, Any] | None:
    """The first unacknowledged item of the inbox; None where none came in so many seconds."""
    found: list[dict[str, Any]] = call.ask(_INBOX)["inbox"]["nodes"]
    if found or not most:
        return found[0] if found else None
    from goalroom_client.event_stream import follow

    return next(follow(call.api, FOLLOW_INBOX, seconds=most), None)
