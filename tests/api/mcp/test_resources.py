"""What clients read besides calling tools: instructions, resources, prompts, the skill."""

from db.core.enums import Role
from goalroom.mcp.texts import INSTRUCTIONS, PROMPTS, SKILL
from tests.agent_texts import FOLDER, texts
from tests.api.mcp.mcp_client import MCP, NEW, OLD
from tests.api.server_fixture import Live
from tests.guide import GUIDE


async def read(client: MCP, uri: str) -> str:
    result = await client.result("resources/read", uri=uri)
    [contents] = result["contents"]
    assert (contents["uri"], contents["mimeType"]) == (uri, "text/markdown")
    text: str = contents["text"]
    return text


def test_what_models_read_is_made_from_the_guide() -> None:
    made = texts()

    assert {name: (FOLDER / name).read_text("utf-8") for name in made} == made, (
        "python -m tests.agent_texts writes them"
    )
    # Clients cut them behind 2,048 characters.
    assert len(made[INSTRUCTIONS]) < 2_000
    assert all(made[f"{name}.md"].strip() for name in PROMPTS)
    assert made[SKILL].endswith(GUIDE.read_text("utf-8")[-200:])


async def test_instructions_come_with_the_first_answer_in_both_eras(live: Live) -> None:
    token = await live.newcomer("bob")
    hello = {"protocolVersion": OLD, "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}}

    old = await MCP(live, token).result("initialize", **hello)
    older = await MCP(live, token, "2025-06-18").result("initialize", **(hello | {"protocolVersion": "2025-06-18"}))
    new = await MCP(live, token, NEW).result("server/discover")

    assert old["instructions"] == older["instructions"] == new["instructions"] == texts()[INSTRUCTIONS]
    assert (old["serverInfo"]["name"], old["protocolVersion"]) == ("goalroom", OLD)
    assert older["protocolVersion"] == "2025-06-18"
    assert (new["supportedVersions"], new["cacheScope"]) == ([NEW], "private")
    assert set(new["capabilities"]) >= {"tools", "resources", "prompts"}


async def test_resources_are_listed_and_read(live: Live) -> None:
    ann = MCP(live, await live.newcomer("ann"))
    planned = await ann.done("plan_tasks", objective="Ship it", tasks=[{"title": "A", "description": "Do *it*"}])
    [task], [objective] = planned.ids("T"), planned.ids("O")
    [message] = (await ann.done("send_message", to=["#general"], body="Look")).ids("M")
    opened = await ann.done(
        "goalroom_graphql",
        query='mutation { propose(input: {kind: VOTE, title: "Ship?", options: ["a", "b"]}) { id } }',
    )
    proposal = opened.text.split('"id":"')[1].split('"')[0]

    listed = (await ann.result("resources/list"))["resources"]
    [template] = (await ann.result("resources/templates/list"))["resourceTemplates"]

    assert [one["uri"] for one in listed] == ["goalroom://briefing", "skill://goalroom/SKILL.md"]
    assert template["uriTemplate"] == "goalroom://{id}"
    assert (await read(ann, "goalroom://briefing")).startswith("# ann in main, ")
    assert await read(ann, "skill://goalroom/SKILL.md") == texts()[SKILL]
    assert "> Do *it*" in (await read(ann, f"goalroom://{task}")).splitlines()
    for name, words in ((objective, "> Ship it"), (message, "> Look"), (proposal, "> Ship?")):
        assert words in (await read(ann, f"goalroom://{name.lower()}")).splitlines()
    for wrong in ("goalroom://T9999999", "goalroom://", "goalroom://nonsense", "file:///etc/passwd", "skill://other"):
        refused = await ann.request("resources/read", uri=wrong)
        assert refused["error"]["data"]["code"] in {"NOT_FOUND", "BAD_INPUT"}


async def test_who_only_reads_is_told_how_things_stand(live: Live) -> None:
    eye = MCP(live, await live.newcomer("eye", Role.OBSERVER))

    briefing = await read(eye, "goalroom://briefing")

    assert briefing.startswith("# eye in main")
    assert "claim" not in briefing


async def test_prompts_say_what_to_do(live: Live) -> None:
    bob = MCP(live, await live.newcomer("bob"))

    assert [prompt["name"] for prompt in (await bob.result("prompts/list"))["prompts"]] == ["next", "review", "standup"]
    for name in PROMPTS:
        [message] = (await bob.result("prompts/get", name=name))["messages"]
        assert (message["role"], message["content"]["text"]) == ("user", texts()[f"{name}.md"])
    assert (await bob.request("prompts/get", name="nonsense"))["error"]["code"] == -32602
