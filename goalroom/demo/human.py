"""The person who steers: sets the goals, answers, signs, and takes blocks away."""

from collections.abc import Collection

from goalroom.demo import documents, roles, scenario_list
from goalroom.demo.agent import Facts, Player
from goalroom.demo.planner import open_goals
from goalroom.demo.reviewer import judge

_WORKERS_OF_A_GOAL = 8


class Person(Player):
    """Keeps the team busy: when a goal is reached, the next night begins."""

    def play(self) -> None:
        ended = {"room": roles.ROOM, "kinds": ["OBJECTIVE_FINISHED", "OBJECTIVE_ARCHIVED", "OBJECTIVE_UPDATED"]}
        with self.client.watch(
            (documents.WATCH_INBOX, {}), (documents.WATCH_EVENTS, ended), session=self.me.session
        ) as self._watch:
            super().play()

    def act(self) -> None:
        goals = open_goals(self)
        if len(goals) <= len(self.me.cast[roles.WORKER]) // _WORKERS_OF_A_GOAL:
            self._begin_the_next({goal["title"] for goal in goals})
        self.look_round(self._watch)
        self.pause(0)

    def deal_with(self, item: Facts) -> None:
        if item["kind"] == "REVIEW_REQUESTED" and item["task"]:
            if item["task"]["status"] == "VALIDATING":
                judge(self, item["task"]["id"])
        elif item["message"] is None or not self._decides(item["message"]):
            super().deal_with(item)

    def _decides(self, message: Facts) -> bool:
        """Whether it was a plan to approve or a block to take away."""
        unblocking = scenario_list.unblocking(message["body"])
        for ref in message["refs"]:
            story = scenario_list.story_of(ref.get("title", ""))
            if story is not None and ref.get("goalStatus") == "DRAFT":
                self.pause(5, "THINKING", f"Reading the plan for {ref['id']}")
                self.reply(message, story.approval)
                self.client.ask(documents.UPDATE_OBJECTIVE, input={"id": ref["id"], "status": "ACTIVE"})
                return True
            if unblocking is not None and ref.get("taskStatus") == "BLOCKED":
                self.pause(8, "WORKING", f"Clearing the way for {ref['id']}")
                self.reply(message, unblocking)
                self.client.ask(documents.UNBLOCK, task=ref["id"])
                return True
        return False

    def _begin_the_next(self, running: Collection[str]) -> None:
        # Those before it are counted, not remembered: whoever starts again goes on with the next.
        before = self.client.ask(documents.EVER, room=roles.ROOM)["room"]["objectives"]["totalCount"]
        story = scenario_list.next_story(before, running)
        self.pause(8 if before else 1, "THINKING", "What matters most now")
        # Typed first: the planner sees the goal the moment that it is there, and would answer before it is asked.
        self.pause(2, "TYPING")
        goal = self.client.ask(
            documents.CREATE_OBJECTIVE,
            input={
                "room": roles.ROOM,
                "title": story.title,
                "description": story.description,
                "owner": self.me.name,
                "keyResults": [
                    {"title": one.title, "unit": one.unit, "start": one.start, "target": one.target}
                    for one in story.measures
                ],
            },
        )["createObjective"]["id"]
        self.send("general", f"@{self.name_of(roles.PLANNER)} {goal} '{story.title}': {story.request}")
