"""A reviewer: reads what was handed in, and says yes or what is missing."""

from goalroom.demo import documents, roles, scenario_list
from goalroom.demo.agent import Agent, Facts

_SATISFIED = (
    "Reads well and does what the criteria ask. Approved.",
    "Went through the evidence line by line, it holds. Approved.",
    "Small and to the point. I tried the edge cases that came to mind. Approved.",
    "Ran it myself, same numbers as yours. Approved.",
    "Good notes, which made this quick to check. Approved.",
)


def review(agent: Agent, task: str) -> None:
    """One verdict on the submission: the job's objection the first time, where it has one."""
    found: Facts = agent.client.ask(documents.TASK, id=task)["task"]
    job = scenario_list.job_of(found)
    agent.holds = task
    agent.pause(9, "REVIEWING", found["title"])
    agent.holds = None
    objects = job.objection is not None and not found["reviews"]
    verdict = "CHANGES_REQUESTED" if objects else "APPROVED"
    doubts = found["criteria"][:1] if objects else []
    if objects:
        comment = job.objection
    elif found["reviews"]:
        comment = "All points of the review are dealt with. Approved."
    else:
        comment = job.verdict or agent.rng.choice(_SATISFIED)
    agent.client.ask(
        documents.REVIEW,
        input={
            "task": task,
            "verdict": verdict,
            "comment": comment,
            "criteria": [{"id": one["id"], "accepted": False} for one in doubts],
        },
    )


class Reviewer(Agent):
    """Takes the oldest submission, and listens for the next."""

    def run(self) -> None:
        submitted = {"room": roles.ROOM, "kinds": ["TASK_SUBMITTED"]}
        with self.client.watch(
            (documents.WATCH_INBOX, {}), (documents.WATCH_EVENTS, submitted), session=self.me.session
        ) as self._watch:
            super().run()

    def run_once(self) -> None:
        task = self.client.ask(documents.NEXT_REVIEW, room=roles.ROOM)["claimNextReview"]
        if task is None:
            self.poll(self._watch)
            self.pause(0)
        else:
            review(self, task["id"])
