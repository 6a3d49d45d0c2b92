"""The planner: turns a goal into objectives and tasks, keeps its numbers, and says what everybody should know."""

from collections.abc import Sequence

from goalroom.demo import documents, roles, scenario_list
from goalroom.demo.actions import described
from goalroom.demo.agent import Agent, Facts
from goalroom.demo.scenario_model import Scenario

_KINDS = (
    *("OBJECTIVE_CREATED", "OBJECTIVE_UPDATED", "OBJECTIVE_FINISHED", "TASK_DONE", "TASK_CANCELLED"),
    *("TASK_RECLAIMED", "TASK_BLOCKED", "RESOURCE_CHANGED"),
)


def open_goals(agent: Agent) -> Sequence[Facts]:
    """The goals of the scenarios that are being planned or worked on."""
    found: list[Facts] = []
    after = None
    while True:
        page = agent.client.ask(documents.GOALS, room=roles.ROOM, after=after)["room"]["objectives"]
        found += [
            goal
            for goal in page["nodes"]
            if goal["status"] in ("DRAFT", "ACTIVE") and scenario_list.scenario_of(goal["title"])
        ]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


class Planner(Agent):
    """Follows the room's log."""

    def run(self) -> None:
        log = {"room": roles.ROOM, "kinds": list(_KINDS)}
        self._planned: set[str] = set()
        with self.client.watch(
            (documents.WATCH_INBOX, {}), (documents.WATCH_EVENTS, log), session=self.me.session
        ) as self._watch:
            super().run()

    def run_once(self) -> None:
        for goal in open_goals(self):
            if goal["id"] not in self._planned and (goal["status"] == "DRAFT" or not goal["counts"]["total"]):
                self._plan(goal)
            elif goal["status"] == "ACTIVE":
                self._follow_goal(goal["id"])
        for event in self.poll(self._watch):
            self._announce(event)
        self.pause(0)

    def _plan(self, goal: Facts) -> None:
        """Everything with a key: planning that was interrupted is taken up, and nothing is made twice."""
        scenario = scenario_list.scenario_of(goal["title"])
        if scenario is None:
            return
        self._planned.add(goal["id"])
        self.client.ask(documents.UPDATE_OBJECTIVE, input={"id": goal["id"], "status": "DRAFT"})
        self.pause(4, "THINKING", f"Planning {goal['id']}")
        key_results = self.client.ask(documents.GOAL, id=goal["id"])["objective"]["keyResults"]
        tasks = []
        for part in scenario.parts:
            made = self.client.ask(
                documents.CREATE_OBJECTIVE,
                input={
                    "room": roles.ROOM,
                    "parent": goal["id"],
                    "title": part.title,
                    "description": part.description,
                    "owner": self.me.name,
                    "idempotencyKey": f"{goal['id']} {part.title}",
                },
            )["createObjective"]["id"]
            tasks += [(job, made) for job in part.jobs]
        batch = [
            {
                "ref": job.ref,
                "dependsOnRefs": list(job.after),
                "task": {
                    **described(job),
                    "objective": objective,
                    "reviewer": self.name_of(job.reviewer) if job.reviewer else None,
                    "keyResults": [key_results[number]["id"] for number in job.moves],
                },
            }
            for job, objective in tasks
        ]
        planned = {"room": roles.ROOM, "tasks": batch, "idempotencyKey": f"{goal['id']} tasks"}
        made_tasks = self.client.ask(documents.CREATE_TASKS, input=planned)["createTasks"]
        self.say("general", self._announcement(goal, scenario, made_tasks), key=f"{goal['id']} plan")

    def _announcement(self, goal: Facts, scenario: Scenario, tasks: Sequence[Facts]) -> str:
        parts = "; ".join(f"'{part.title}' ({len(part.jobs)} tasks)" for part in scenario.parts)
        return (
            f"@{self.name_of(roles.HUMAN)} the plan for {goal['id']} is there: {parts}. {len(tasks)} tasks in all,"
            f" {tasks[0]['id']} to {tasks[-1]['id']}; the last waits for nearly everything else. Shall we begin?"
        )

    def _follow_goal(self, goal: str) -> None:
        found = self.client.ask(documents.GOAL, id=goal)["objective"]
        self._update_key_results(found)
        for task in found["tasks"]["nodes"]:
            name = (task["assignee"] or {}).get("name")
            if task["status"] == "BLOCKED" and name is None:
                self.say("blockers", f"{task['id']} was lost too often. It gets another chance.")
                self.client.ask(documents.UNBLOCK, task=task["id"])
            elif task["status"] in ("TODO", "BLOCKED") and name is not None and not self.is_simulated(name):
                self._reassign(task, name)

    def _reassign(self, task: Facts, name: str) -> None:
        """Where the agent whose work it was is not in the demo any more."""
        pending = {"done": "See the notes and comments.", "pending": f"What @{name} left.", "gotchas": "None known."}
        wanted = {"task": task["id"], "assignee": self.name_of(roles.WORKER), "handoff": pending}
        self.client.ask(documents.ASSIGN, input=wanted)

    def _update_key_results(self, found: Facts) -> None:
        """Key results move as the tasks that move them are done."""
        for key_result in found["keyResults"]:
            movers = [
                task["status"] == "DONE"
                for task in found["tasks"]["nodes"]
                if key_result["id"] in {one["id"] for one in task["keyResults"]}
            ]
            share = sum(movers) / len(movers) if movers else float(found["counts"]["todo"] == 0)
            value = round(key_result["start"] + (key_result["target"] - key_result["start"]) * share)
            if value != key_result["current"]:
                note = f"{sum(movers)} of {len(movers)} tasks that move it are done."
                self.client.ask(
                    documents.UPDATE_KEY_RESULT, input={"id": key_result["id"], "current": value, "note": note}
                )

    def _announce(self, event: Facts) -> None:
        """What happened without anybody doing it, and what was reached."""
        task, data = event.get("task"), event.get("data") or {}
        scenario = scenario_list.scenario_of(event["objective"]["title"]) if event.get("objective") else None
        match event.get("kind"):
            case "OBJECTIVE_FINISHED" if scenario is not None:
                self.say("shipping", f"{event['objective']['id']} is reached. {scenario.closing}")
            case "OBJECTIVE_FINISHED" if event.get("objective"):
                self.say("shipping", f"{event['objective']['id']} '{event['objective']['title']}' is complete.")
            case "TASK_RECLAIMED" if task:
                self.say(
                    "blockers", f"@{data.get('holder')} went silent; {task['id']} '{task['title']}' is free again."
                )
            case "RESOURCE_CHANGED" if data.get("breaker") == "HALF_OPEN":
                self.say("ops", f"{data['name']} has cooled down: one task may try it.")
