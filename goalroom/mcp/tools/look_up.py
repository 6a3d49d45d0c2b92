"""look_up: things by id, by words, or a view of the room, a page at a time."""

from collections.abc import Mapping, Sequence
from typing import Any

from goalroom.mcp import node_text
from goalroom.mcp.api import Refusal, ask, bad_argument
from goalroom.mcp.call import Call
from goalroom.mcp.node_text import NODE_LINE, WHOLE_NODE
from goalroom.mcp.tools import views
from goalroom.mcp.tools.pages import Entry, Place, shown

_WHO = "{ me { id rooms { id name } } }"
_NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { ...WholeNode } }" + WHOLE_NODE
_SEARCH = (
    "query ($room: ID, $words: String!) { search(query: $words, room: $room, first: 100) { ...NodeLine } }" + NODE_LINE
)
_ROOM_OF = "query ($id: ID!) { objective(id: $id) { room { id } } }"
_TOKENS = 1_500


async def run(call: Call, arguments: Mapping[str, Any]) -> str:
    """One of the three; what does not fit is on the next page."""
    asked = [name for name in ("ids", "search", "view") if name in arguments]
    if len(asked) != 1:
        raise bad_argument("view" if not asked else asked[1], "Send one of `ids`, `search` and `view`.")
    tokens = arguments.get("maxTokens", _TOKENS)
    if asked == ["ids"]:
        return await _ids(call, arguments, tokens)
    if "under" in arguments and arguments.get("view") not in views.UNDER:
        raise bad_argument("under", f"`under` goes with the views {', '.join(sorted(views.UNDER))}.")
    place = await _place(call, arguments)
    if asked == ["search"]:
        found = (await ask(call.api, _SEARCH, room=place.room, words=arguments["search"]))["search"]
        page = place.after_id([Entry(node["id"], node_text.line(node)) for node in found])
    else:
        page = await views.VIEWS[arguments["view"]](call.api, place)
    return shown(page, arguments, tokens)


async def _place(call: Call, arguments: Mapping[str, Any]) -> Place:
    """The room that is meant, and who asks."""
    me = (await ask(call.api, _WHO))["me"]
    room, under = arguments.get("room"), arguments.get("under")
    if room is None and under is not None:
        room = (await ask(call.api, _ROOM_OF, id=under))["objective"]["room"]["id"]
    if room is None:
        names = ", ".join(one["name"] for one in me["rooms"])
        if len(me["rooms"]) != 1:
            raise bad_argument(
                "room", f"`room` is missing: you are in {len(me['rooms'])} rooms.", f"send one of {names}"
            )
        room = me["rooms"][0]["id"]
    return Place(room=room, me=me["id"], under=under, after=arguments.get("after"))


async def _ids(call: Call, arguments: Mapping[str, Any], tokens: int) -> str:
    ids = arguments["ids"]
    if "under" in arguments:
        raise bad_argument("under", f"`under` goes with the views {', '.join(sorted(views.UNDER))}.")
    if not ids:
        raise bad_argument("ids", "`ids` is empty: send at least one, like T42.")
    response = await call.api.run(_NODES, {"ids": ids})
    errors: Sequence[Mapping[str, Any]] = response.get("errors") or ()
    found = (response.get("data") or {}).get("nodes") or []
    if not any(found):
        raise Refusal.of(errors[0])
    # Of a few things long texts fit, of many the beginnings.
    most = max(200, 4 * tokens // len(ids))
    entries = [
        Entry(name, node_text.whole(node, most) if node else [f"{name}: NOT_FOUND"])
        for name, node in zip(ids, found, strict=True)
    ]
    return shown(Place(after=arguments.get("after")).after_id(entries), arguments, tokens)
