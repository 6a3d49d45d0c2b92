"""Resources: the briefing, anything with an id, and how to work here, as Markdown."""

from collections.abc import Mapping
from typing import Any

from goalroom.mcp import node_text, texts
from goalroom.mcp.api import Api, Refusal, ask
from goalroom.mcp.call import Call
from goalroom.mcp.node_text import WHOLE_NODE
from goalroom.mcp.tools import check_in

MARKDOWN = "text/markdown"
BRIEFING, SKILL = "goalroom://briefing", "skill://goalroom/SKILL.md"
TEMPLATE = "goalroom://{id}"

RESOURCES: tuple[Mapping[str, str], ...] = (
    {"uri": BRIEFING, "name": "briefing", "description": "What waits for you", "mimeType": MARKDOWN},
    {"uri": SKILL, "name": "skill", "description": "How an agent works with Goalroom", "mimeType": MARKDOWN},
)
TEMPLATES: tuple[Mapping[str, str], ...] = (
    {
        "uriTemplate": TEMPLATE,
        "name": "node",
        "description": "A task, objective, message or proposal by its id, such as T42",
        "mimeType": MARKDOWN,
    },
)

_NODE = "query ($id: ID!) { node(id: $id) { ...WholeNode } }" + WHOLE_NODE
_OBSERVED = "{ briefing { markdown } }"
_SCHEME = "goalroom://"
# Of one text.
_LONGEST = 20_000


async def read(api: Api, uri: str) -> str:
    """The text of a resource; reading is a sign of life too."""
    call = Call(api)
    await call.beat()
    # Clients may write the host of a URI in lower case, and end it with a slash.
    name = uri.removeprefix(_SCHEME).rstrip("/")
    if uri.rstrip("/") == SKILL:
        return texts.text(texts.SKILL)
    if not uri.startswith(_SCHEME) or not name:
        raise Refusal("NOT_FOUND", f"There is no resource {uri[:100]}.")
    if name == "briefing":
        return await _briefing(call)
    node: Mapping[str, Any] = (await ask(api, _NODE, id=name.upper()))["node"]
    return "\n".join(node_text.whole(node, _LONGEST))


async def _briefing(call: Call) -> str:
    """As check_in says it; who only reads is told how things stand, and not what to do."""
    if call.api.is_observer:
        markdown: str = (await ask(call.api, _OBSERVED))["briefing"]["markdown"]
        return markdown
    return await check_in.run(call, {})
