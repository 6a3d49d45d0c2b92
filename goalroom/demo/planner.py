"""The planner: turns a goal into objectives and tasks, keeps its numbers, and says what everybody should know."""

from collections.abc import Sequence

from goalroom.demo import documents, roles, scenario_list
from goalroom.demo.actions import described
from goalroom.demo.agent import Facts, Player
from goalroom.demo.scenario_model import Story

_KINDS = (
    *("OBJECTIVE_CREATED", "OBJECTIVE_UPDATED", "OBJECTIVE_FINISHED", "TASK_DONE", "TASK_CANCELLED"),
    *("TASK_RECLAIMED", "TASK_BLOCKED", "RESOURCE_CHANGED"),
)


def open_goals(player: Player) -> Sequence[Facts]:
    """The goals of the stories that are being planned or worked on."""
    found: list[Facts] = []
    after = None
    while True:
        page = player.client.ask(documents.GOALS, room=roles.ROOM, after=after)["room"]["objectives"]
        found += [
            goal
            for goal in page["nodes"]
            if goal["status"] in ("DRAFT", "ACTIVE") and scenario_list.story_of(goal["title"])
        ]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


class Planner(Player):
    """Follows the room's log."""

    def play(self) -> None:
        log = {"room": roles.ROOM, "kinds": list(_KINDS)}
        self._planned: set[str] = set()
        with self.client.watch(
            (documents.WATCH_INBOX, {}), (documents.WATCH_EVENTS, log), session=self.me.session
        ) as self._watch:
            super().play()

    def act(self) -> None:
        for goal in open_goals(self):
            if goal["id"] not in self._planned and (goal["status"] == "DRAFT" or not goal["counts"]["total"]):
                self._plan(goal)
            elif goal["status"] == "ACTIVE":
                self._look_after(goal["id"])
        for event in self.look_round(self._watch):
            self._tell(event)
        self.pause(0)

    def _plan(self, goal: Facts) -> None:
        """Everything with a key: planning that was interrupted is taken up, and nothing is made twice."""
        story = scenario_list.story_of(goal["title"])
        if story is None:
            return
        self._planned.add(goal["id"])
        self.client.ask(documents.UPDATE_OBJECTIVE, input={"id": goal["id"], "status": "DRAFT"})
        self.pause(4, "THINKING", f"Planning {goal['id']}")
        measures = self.client.ask(documents.GOAL, id=goal["id"])["objective"]["keyResults"]
        tasks = []
        for part in story.parts:
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
                    "reviewer": self.name_of(job.judge) if job.judge else None,
                    "keyResults": [measures[number]["id"] for number in job.moves],
                },
            }
            for job, objective in tasks
        ]
        planned = {"room": roles.ROOM, "tasks": batch, "idempotencyKey": f"{goal['id']} tasks"}
        made_tasks = self.client.ask(documents.CREATE_TASKS, input=planned)["createTasks"]
        self.say("general", self._announcement(goal, story, made_tasks), key=f"{goal['id']} plan")

    def _announcement(self, goal: Facts, story: Story, tasks: Sequence[Facts]) -> str:
        parts = "; ".join(f"'{part.title}' ({len(part.jobs)} tasks)" for part in story.parts)
        return (
            f"@{self.name_of(roles.PERSON)} the plan for {goal['id']} is there: {parts}. {len(tasks)} tasks in all,"
            f" {tasks[0]['id']} to {tasks[-1]['id']}; the last waits for nearly everything else. Shall we begin?"
        )

    def _look_after(self, goal: str) -> None:
        found = self.client.ask(documents.GOAL, id=goal)["objective"]
        self._measure(found)
        for task in found["tasks"]["nodes"]:
            name = (task["assignee"] or {}).get("name")
            if task["status"] == "BLOCKED" and name is None:
                self.say("blockers", f"{task['id']} was lost too often. It gets another chance.")
                self.client.ask(documents.UNBLOCK, task=task["id"])
            elif task["status"] in ("TODO", "BLOCKED") and name is not None and not self.is_simulated(name):
                self._find_another(task, name)

    def _find_another(self, task: Facts, name: str) -> None:
        """Where somebody plays no more, whose work it was."""
        pending = {"done": "See the notes and comments.", "pending": f"What @{name} left.", "gotchas": "None known."}
        wanted = {"task": task["id"], "assignee": self.name_of(roles.WORKER), "handoff": pending}
        self.client.ask(documents.ASSIGN, input=wanted)

    def _measure(self, found: Facts) -> None:
        """Key results move as the tasks that move them are done."""
        for measure in found["keyResults"]:
            movers = [
                task["status"] == "DONE"
                for task in found["tasks"]["nodes"]
                if measure["id"] in {one["id"] for one in task["keyResults"]}
            ]
            share = sum(movers) / len(movers) if movers else float(found["counts"]["todo"] == 0)
            value = round(measure["start"] + (measure["target"] - measure["start"]) * share)
            if value != measure["current"]:
                note = f"{sum(movers)} of {len(movers)} tasks that move it are done."
                self.client.ask(
                    documents.UPDATE_KEY_RESULT, input={"id": measure["id"], "current": value, "note": note}
                )

    def _tell(self, event: Facts) -> None:
        """What happened without anybody doing it, and what was reached."""
        task, data = event.get("task"), event.get("data") or {}
        story = scenario_list.story_of(event["objective"]["title"]) if event.get("objective") else None
        match event.get("kind"):
            case "OBJECTIVE_FINISHED" if story is not None:
                self.say("shipping", f"{event['objective']['id']} is reached. {story.closing}")
            case "OBJECTIVE_FINISHED" if event.get("objective"):
                self.say("shipping", f"{event['objective']['id']} '{event['objective']['title']}' is complete.")
            case "TASK_RECLAIMED" if task:
                self.say(
                    "blockers", f"@{data.get('holder')} went silent; {task['id']} '{task['title']}' is free again."
                )
            case "RESOURCE_CHANGED" if data.get("breaker") == "HALF_OPEN":
                self.say("ops", f"{data['name']} has cooled down: one task may try it.")
