"""What the tests of this folder put into their rooms."""

from tests.client import Client


async def new_task(client: Client, room: str, title: str, **more: object) -> str:
    query = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"
    task: str = (await client.execute(query, input={"room": room, "title": title, **more}))["createTask"]["id"]
    return task


async def new_objective(client: Client, room: str, title: str, **more: object) -> str:
    query = "mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id } }"
    made = await client.execute(query, input={"room": room, "title": title, **more})
    objective: str = made["createObjective"]["id"]
    return objective


async def claim(worker: Client) -> str:
    claimed = await worker.execute("mutation { claimNextTask { task { id } } }")
    task: str = claimed["claimNextTask"]["task"]["id"]
    return task
