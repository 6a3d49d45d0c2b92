"""Which stories there are, and what they say of a task, an objective or a question."""

from collections.abc import Collection, Mapping
from typing import Any

from goalroom.demo.scenario_model import Ask, Block, Job, Say, Story
from goalroom.demo.scenarios import billing, checkout, incident

STORIES = (checkout.STORY, billing.STORY, incident.STORY)

_GOALS = {story.title: story for story in STORIES}
_JOBS = {job.title: (story, job) for story in STORIES for job in story.jobs()}
_STEPS = [step for _, job in _JOBS.values() for step in job.steps]


def story_of(title: str) -> Story | None:
    """The story whose goal has this title."""
    return _GOALS.get(title)


def next_story(told: int, running: Collection[str]) -> Story:
    """By turns, and none that is being played, where there is another."""
    turns = [STORIES[(told + turn) % len(STORIES)] for turn in range(len(STORIES))]
    return next((story for story in turns if story.title not in running), turns[0])


def job_of(task: Mapping[str, Any]) -> Job:
    """How this task is done; one that a visitor made is done in some way, too."""
    title = str(task["title"])
    if title in _JOBS:
        return _JOBS[title][1]
    return Job(
        ref="visitor",
        title=title,
        description="",
        criteria=(),
        steps=(
            Say("Somebody outside of our plan wants this: reading what is asked."),
            Say("Done as far as a simulated agent can do it."),
        ),
        summary=f"'{title}' is played through. This is a demo: no work was done in the world.",
        artifact="Simulated result",
    )


def found(ref: str, near: Job) -> Job:
    """The job of this ref, which is found while doing another."""
    story = _JOBS[near.title][0]
    return next(job for job in story.found if job.ref == ref)


def answer_to(text: str) -> str | None:
    """What is answered to the question in this message."""
    return next((step.answer for step in _STEPS if isinstance(step, Ask) and step.text in text), None)


def unblocking(text: str) -> str | None:
    """What the person says who takes the block away that this message tells of."""
    return next((step.answer for step in _STEPS if isinstance(step, Block) and step.reason in text), None)
