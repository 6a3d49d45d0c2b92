"""The human who steers: sets the goals, answers, signs, and takes blocks away."""

from collections.abc import Collection

from goalroom.demo import documents, roles, scenario_list
from goalroom.demo.agent import Agent, Facts
from goalroom.demo.planner import open_goals
from goalroom.demo.reviewer import review

_WORKERS_OF_A_GOAL = 8
_KINDS = ("OBJECTIVE_FINISHED", "OBJECTIVE_ARCHIVED", "OBJECTIVE_UPDATED", "INSIGHT_FOUND")


class Human(Agent):
    """Keeps the team busy: when a goal is reached, the next scenario begins."""

    def run(self) -> None:
        ended = {"room": roles.ROOM, "kinds": _KINDS}
        with self.client.watch(
            (documents.WATCH_INBOX, {}), (documents.WATCH_EVENTS, ended), session=self.me.session
        ) as self._watch:
            super().run()

    def run_once(self) -> None:
        goals = open_goals(self)
        if len(goals) <= len(self.me.names[roles.WORKER]) // _WORKERS_OF_A_GOAL:
            self._start_next_scenario({goal["title"] for goal in goals})
        for event in self.poll(self._watch):
            if event.get("kind") == "INSIGHT_FOUND":
                self._promote(event["data"])
        self.pause(0)

    def _promote(self, insight: Facts) -> None:
        """What several learned becomes work."""
        self.pause(5, "THINKING", f"Reading what {insight['insight']} says")
        task = {"title": insight["title"], "criteria": ["Nobody has to know it by heart any more"]}
        made = self.client.ask(documents.PROMOTE, input={"insight": insight["insight"], "task": task})
        self.say(
            "general", f"Two of you learned the same: '{insight['title']}'. It is {made['promoteInsight']['id']} now."
        )

    def handle(self, item: Facts) -> None:
        if item["kind"] == "REVIEW_REQUESTED" and item["task"]:
            if item["task"]["status"] == "VALIDATING":
                review(self, item["task"]["id"])
        elif item["message"] is None or not self._approve_or_unblock(item["message"]):
            super().handle(item)

    def _approve_or_unblock(self, message: Facts) -> bool:
        """Whether it was a plan to approve or a block to take away."""
        unblocking_answer = scenario_list.unblocking_answer(message["body"])
        for ref in message["refs"]:
            scenario = scenario_list.scenario_of(ref.get("title", ""))
            if scenario is not None and ref.get("goalStatus") == "DRAFT":
                self.pause(5, "THINKING", f"Reading the plan for {ref['id']}")
                self.reply(message, scenario.approval)
                self.client.ask(documents.UPDATE_OBJECTIVE, input={"id": ref["id"], "status": "ACTIVE"})
                return True
            if unblocking_answer is not None and ref.get("taskStatus") == "BLOCKED":
                self.pause(8, "WORKING", f"Clearing the way for {ref['id']}")
                self.reply(message, unblocking_answer)
                self.client.ask(documents.UNBLOCK, task=ref["id"])
                return True
        return False

    def _start_next_scenario(self, running: Collection[str]) -> None:
        # Those before it are counted, not remembered: whoever starts again goes on with the next.
        before = self.client.ask(documents.TOTAL_OBJECTIVES, room=roles.ROOM)["room"]["objectives"]["totalCount"]
        scenario = scenario_list.next_scenario(before, running)
        self.pause(8 if before else 1, "THINKING", "What matters most now")
        # Typed first: the planner sees the goal the moment that it is there, and would answer before it is asked.
        self.pause(2, "TYPING")
        goal = self.client.ask(
            documents.CREATE_OBJECTIVE,
            input={
                "room": roles.ROOM,
                "title": scenario.title,
                "description": scenario.description,
                "owner": self.me.name,
                "keyResults": [
                    {"title": one.title, "unit": one.unit, "start": one.start, "target": one.target}
                    for one in scenario.key_results
                ],
            },
        )["createObjective"]["id"]
        self.send("general", f"@{self.name_of(roles.PLANNER)} {goal} '{scenario.title}': {scenario.request}")
