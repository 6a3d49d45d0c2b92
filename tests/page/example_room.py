"""A room with something in every view."""

from dataclasses import dataclass

from tests.client import Client


@dataclass(frozen=True)
class ExampleRoom:
    """Its name, an objective with a key result, a task in it, and an open proposal."""

    name: str
    objective: str
    task: str
    proposal: str


async def fill(admin: Client, room: str, worker: Client) -> ExampleRoom:
    """Put into the room whatever the page can show; `worker` is an agent in it."""
    query = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"
    measured = [{"title": "Rooms", "target": 4, "current": 1}]
    made = await admin.execute(query, input={"room": room, "title": "House", "keyResults": measured})
    objective = made["createObjective"]["id"]
    create = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id } }"
    tasks = [
        {
            "ref": str(n),
            "dependsOnRefs": [str(n - 1)] if n % 3 else [],
            "task": {"title": f"Task {n}", "objective": objective, "criteria": ["So"], "labels": ["db"], "priority": p},
        }
        for n, p in enumerate(["P0", "P1", "P2", "P3", "P2", "P1"])
    ]
    ids = [task["id"] for task in (await admin.execute(create, input={"room": room, "tasks": tasks}))["createTasks"]]
    claim = "mutation { claimNextTask { task { id } } }"
    held = [(await worker.execute(claim))["claimNextTask"]["task"]["id"] for _ in range(2)]
    block = "mutation($input: BlockTaskInput!) { blockTask(input: $input) { id } }"
    await worker.execute(block, input={"task": held[0], "reason": "No paint."})
    define = "mutation($input: DefineResourceInput!) { defineResource(input: $input) { id } }"
    await admin.execute(define, input={"room": room, "name": "ci", "failureThreshold": 1})
    report = "mutation($input: ReportHealthInput!) { reportHealth(input: $input) { id } }"
    await worker.execute(report, input={"room": room, "resource": "ci", "ok": False, "detail": "No quota"})
    comment = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"
    await worker.execute(comment, input={"on": held[1], "body": "@admin look"})
    say = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"
    body = "@admin see `T1`:\n\n1. **so**\n2. [there](https://example.com)\n\n```\nlong = 1\n```\n\n| a |\n| - |\n| b |"
    await worker.execute(say, input={"channel": "general", "body": body})
    reflect = "mutation($input: ReflectInput!) { reflect(input: $input) { id } }"
    for client in (admin, worker):
        words = {"worked": "", "didNotWork": "The brush was hard", "change": "", "tags": ["brush"]}
        await client.execute(reflect, input={"room": room, "task": ids[1], **words})
    schedule = "mutation($input: CreateScheduleInput!) { createSchedule(input: $input) { id } }"
    await admin.execute(schedule, input={"room": room, "cron": "@daily", "task": {"title": "Sweep"}})
    hook = "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { id } }"
    at = {"url": "https://nowhere.invalid", "secret": f"whsec_{'c2VjcmV0' * 4}", "kinds": []}
    await admin.execute(hook, input={"room": room, **at})
    ask = "mutation($input: ProposeInput!) { propose(input: $input) { id } }"
    asked = {"kind": "VOTE", "title": "Which paint?", "body": "**Now**", "options": ["green", "blue"]}
    proposal = (await admin.execute(ask, input={"room": room, "tasks": [ids[5]], **asked}))["propose"]["id"]
    vote = "mutation($input: VoteInput!) { vote(input: $input) { id } }"
    await worker.execute(vote, input={"proposal": proposal, "option": "green", "note": "Like grass."})
    return ExampleRoom(room, objective, ids[1], proposal)
