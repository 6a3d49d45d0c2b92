"""A reviewer: reads what was handed in, and says yes or what is missing."""

from goalroom.demo import documents, roles, scenario_list
from goalroom.demo.agent import Facts, Player

_SATISFIED = (
    "Reads well and does what the criteria ask. Approved.",
    "Went through the evidence line by line, it holds. Approved.",
    "Small and to the point. I tried the edge cases that came to mind. Approved.",
    "Ran it myself, same numbers as yours. Approved.",
    "Good notes, which made this quick to check. Approved.",
)


def judge(player: Player, task: str) -> None:
    """One verdict on the submission: the job's objection the first time, where it has one."""
    found: Facts = player.client.ask(documents.TASK, id=task)["task"]
    job = scenario_list.job_of(found)
    player.holds = task
    player.pause(9, "REVIEWING", found["title"])
    player.holds = None
    objects = job.objection is not None and not found["reviews"]
    verdict = "CHANGES_REQUESTED" if objects else "APPROVED"
    doubts = found["criteria"][:1] if objects else []
    if objects:
        comment = job.objection
    elif found["reviews"]:
        comment = "All points of the review are dealt with. Approved."
    else:
        comment = job.verdict or player.dice.choice(_SATISFIED)
    player.client.ask(
        documents.REVIEW,
        input={
            "task": task,
            "verdict": verdict,
            "comment": comment,
            "criteria": [{"id": one["id"], "accepted": False} for one in doubts],
        },
    )


class Reviewer(Player):
    """Takes the oldest submission, and listens for the next."""

    def play(self) -> None:
        submitted = {"room": roles.ROOM, "kinds": ["TASK_SUBMITTED"]}
        with self.client.watch(
            (documents.WATCH_INBOX, {}), (documents.WATCH_EVENTS, submitted), session=self.me.session
        ) as self._watch:
            super().play()

    def act(self) -> None:
        task = self.client.ask(documents.NEXT_REVIEW, room=roles.ROOM)["claimNextReview"]
        if task is None:
            self.look_round(self._watch)
            self.pause(0)
        else:
            judge(self, task["id"])
