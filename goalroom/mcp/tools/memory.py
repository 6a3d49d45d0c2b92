"""remember and recall: values that outlast the session."""

from collections.abc import Mapping
from typing import Any

from goalroom.mcp import task_text
from goalroom.mcp.api import Api, ask, bad_argument, given
from goalroom.mcp.call import Call
from goalroom.mcp.text import MOST_LINES, compact, quoted

_REMEMBER = "mutation ($input: RememberInput!) { remember(input: $input) { scope version expiresAt } }"
_FORGET = "mutation ($input: ForgetInput!) { forget(input: $input) }"
_FIELDS = "{scope key value version updatedAt expiresAt author { name } }"
_RECALL = f"query ($scope: ID!, $key: String!) {{ recall(scope: $scope, key: $key) {_FIELDS} }}"
_MEMORIES = (
    "query ($scope: ID!, $prefix: String, $search: String, $first: Int) "
    f"{{ memories(scope: $scope, prefix: $prefix, search: $search, first: $first) {_FIELDS} }}"
)
_WHO = "{ me { id name rooms { id name } } }"
# Two lines of each.
_MOST = MOST_LINES // 2
# Of one value, alone and in a list.
_LONGEST, _IN_A_LIST = 80_000, 2_000


async def remember(call: Call, arguments: Mapping[str, Any]) -> str:
    """The version that it has now."""
    scope = await _scope(call.api, arguments["scope"])
    key, value = arguments["key"], arguments["value"]
    if value is None:
        for name in ("ifVersion", "ttlMinutes"):
            if name in arguments:
                raise bad_argument(name, f"`{name}` goes with a value, and null forgets the one that is there.")
        forgotten = (await ask(call.api, _FORGET, input={"scope": scope, "key": key}))["forget"]
        return "\n".join([f"{scope}: {'forgotten' if forgotten else 'nothing was there'}", *quoted(key)])
    ttl = arguments.get("ttlMinutes")
    sent = {"scope": scope, "key": key, "value": value}
    sent |= given(ifVersion=arguments.get("ifVersion"), ttlSeconds=None if ttl is None else 60 * ttl)
    stored = (await ask(call.api, _REMEMBER, input=sent))["remember"]
    return "\n".join([f"{stored['scope']}: version {stored['version']}", *quoted(key)])


async def recall(call: Call, arguments: Mapping[str, Any]) -> str:
    """The value of a key, or those that match; all of the scope where nothing is said."""
    scope = await _scope(call.api, arguments["scope"])
    if "key" in arguments:
        for name in ("prefix", "search"):
            if name in arguments:
                raise bad_argument(name, f"`{name}` and `key` exclude one another.")
        found = (await ask(call.api, _RECALL, scope=scope, key=arguments["key"]))["recall"]
        return "\n".join(task_text.value(found, _LONGEST))
    sent = given(prefix=arguments.get("prefix"), search=arguments.get("search"))
    values = (await ask(call.api, _MEMORIES, scope=scope, first=_MOST + 1, **sent))["memories"]
    if not values:
        return f"{scope}: nothing"
    lines = [line for one in values[:_MOST] for line in task_text.value(one, _IN_A_LIST)]
    if len(values) > _MOST:
        last = compact({"scope": scope, "prefix": "..."})
        lines.append(f"More is left out: recall {last} shows those whose keys begin so.")
    return "\n".join(lines)


async def _scope(api: Api, said: str) -> str:
    """The scope as the API takes it: `me` is the caller's own, `room` its only one."""
    if said not in {"me", "room"}:
        return said
    me = (await ask(api, _WHO))["me"]
    if said == "me":
        return str(me["id"])
    named = [room for room in me["rooms"] if room["name"] == "room"] or me["rooms"]
    if len(named) != 1:
        names = ", ".join(room["name"] for room in me["rooms"])
        raise bad_argument("scope", f"`scope` must name one of your rooms: {names}.")
    return str(named[0]["id"])
