"""A worker: takes what the server gives it, does it step by step, and hands it in."""

import secrets
from collections.abc import Mapping, Sequence

from goalroom.demo import documents, roles, scenario_list
from goalroom.demo.actions import Actions, is_done
from goalroom.demo.agent import Agent, Facts, LostTask, TaskLeft
from goalroom.demo.client import Refused
from goalroom.demo.scenario_model import Job

_WAIT_S, _LONGEST_WAIT_S = 10, 20
_OVER = ("STALE_LEASE", "NOT_HOLDER", "WRONG_STATUS")


class Worker(Agent):
    """Works on one task at a time."""

    def __init__(self, config: roles.AgentConfig) -> None:
        super().__init__(config)
        self._actions = Actions(self)
        self._key, self._claims = secrets.token_hex(8), 0

    def resume(self) -> None:
        """Go on with what a session before this one held."""
        briefing = self.client.ask(documents.BRIEFING, room=roles.ROOM)["briefing"]
        for brief in briefing["tasks"]:
            if brief["status"] != "DOING":
                continue
            task = self.client.ask(documents.CLAIM, input={"task": brief["id"], "session": self.me.session})
            self.comment(brief["id"], "New session. The briefing says that this is mine and where I stopped; going on.")
            self.work(task["claimTask"]["task"])

    def handle(self, item: Facts) -> None:
        if item["kind"] == "LEASE_LOST" and item["task"]:
            task = f"{item['task']['id']} '{item['task']['title']}'"
            self.say("general", f"I'm back in a new session. {task} went on without me; whoever has it, thank you.")
        elif item["kind"] == "PROPOSAL" and item["proposal"]:
            self._vote(item["proposal"])
        else:
            super().handle(item)

    def _vote(self, proposal: Facts) -> None:
        if proposal["kind"] == "VOTE" and proposal["status"] == "OPEN":
            option = self.rng.choice(proposal["options"])
            try:
                self.client.ask(documents.VOTE, input={"proposal": proposal["id"], "option": option})
            except Refused as refused:
                # Others may have settled it meanwhile.
                if refused.code != "WRONG_STATUS":
                    raise

    def run_once(self) -> None:
        self._claims += 1
        wanted = {
            "room": roles.ROOM,
            "session": self.me.session,
            "waitSeconds": min(_LONGEST_WAIT_S, roles.in_seconds(_WAIT_S, self.me.speed)),
            "idempotencyKey": f"{self._key} {self._claims}",
        }
        claim = self.client.ask(documents.CLAIM_NEXT, input=wanted)["claimNextTask"]
        if claim["task"] is not None:
            self.work(claim["task"])
        else:
            self.pause(1, "WAITING", claim["nothing"]["reason"])

    def work(self, task: Facts) -> None:
        """From where it stands to its submission, unless it is left or lost on the way."""
        self.holds = task["id"]
        job = scenario_list.job_of(task)
        try:
            self.pause(4, "THINKING", f"Reading {task['id']}")
            if task["objective"]:
                self.client.ask(documents.MEMORIES, scope=task["objective"]["id"])
            reworks = [review["verdict"] for review in task["reviews"]][-1:] == ["CHANGES_REQUESTED"]
            if reworks:
                self.pause(10, "WORKING", f"Reworking {task['id']} after its review")
                self.comment(task["id"], job.rework or "Went through the review's points one by one.")
            else:
                self._do(job, task)
            self._hand_in(job, self.task(task["id"]), reworks=reworks)
        except TaskLeft:
            pass
        except Refused as refused:
            if refused.code not in _OVER or self._still_holds(task["id"]):
                self.log_refusal(refused)
        finally:
            self.holds = None

    def task(self, task: str) -> Facts:
        """The task as it is now."""
        found: Facts = self.client.ask(documents.TASK, id=task)["task"]
        return found

    def _do(self, job: Job, task: Facts) -> None:
        for step in job.steps:
            if not is_done(step, task, self):
                self.pause(max(5.0, job.minutes / (2 + len(job.steps))), "WORKING", task["title"])
                self._actions.run(step, task)

    def _hand_in(self, job: Job, task: Facts, *, reworks: bool) -> None:
        while open_ones := [one for one in task["subtasks"] if one["status"] not in ("DONE", "CANCELLED")]:
            self._actions.cancel_orphans(open_ones)
            self.pause(4, "WAITING", f"For {', '.join(one['id'] for one in open_ones)}")
            task = self.task(task["id"])
        for resource in task["resources"]:
            run = f"Run {self.rng.randint(1200, 9800)} went well"
            self.client.ask(
                documents.REPORT, input={"room": roles.ROOM, "resource": resource["name"], "ok": True, "detail": run}
            )
        evidence: Mapping[str, str] = dict(job.criteria)
        met = [
            {"id": one["id"], "met": True, "evidence": evidence.get(one["text"], "Looked at it once more, it holds.")}
            for one in task["criteria"]
        ]
        summary = f"{job.summary} After the review: {job.rework}" if reworks and job.rework else job.summary
        self.client.ask(
            documents.SUBMIT,
            input={
                "task": task["id"],
                "summary": summary,
                "criteria": met,
                "artifacts": self._artifacts(job, task),
                "fence": task["lease"]["fence"] if task["lease"] else None,
            },
        )
        self.holds = None

    def _artifacts(self, job: Job, task: Facts) -> Sequence[Mapping[str, str]]:
        if job.artifact == "Pull request":
            url = f"https://git.example.com/team/pull/{2000 + int(task['id'][1:])}"
            return [{"kind": "PULL_REQUEST", "url": url, "title": task["title"]}]
        page = job.artifact.lower().replace(" ", "-")
        return [{"kind": "DOCUMENT", "url": f"https://docs.example.com/{task['id']}/{page}", "title": job.artifact}]

    def _still_holds(self, task: str) -> bool:
        now = self.task(task)
        return bool(now["status"] == "DOING" and now["assignee"] and now["assignee"]["name"] == self.me.name)


class Subagent(Worker):
    """A subagent, for one task: its process ends with it."""

    def run(self) -> None:
        task = str(self.me.task)
        try:
            self.client.ask(documents.BRIEFING, room=roles.ROOM)
            while (found := self.task(task))["status"] not in ("DONE", "CANCELLED"):
                if found["status"] == "TODO":
                    claimed = self.client.ask(documents.CLAIM, input={"task": task, "session": self.me.session})
                    self.work(claimed["claimTask"]["task"])
                self.pause(3, "WAITING", f"For the verdict on {task}")
        except LostTask:
            return
        except Refused as refused:
            # Where it came too late somebody else has the task, and it isn't needed.
            if refused.code not in ("ALREADY_CLAIMED", "ASSIGNED_TO_OTHER"):
                self.log_refusal(refused)
