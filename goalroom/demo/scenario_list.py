"""Which scenarios there are, and what they say of a task, an objective or a question."""

from collections.abc import Collection, Mapping
from typing import Any

from goalroom.demo.scenario_model import Ask, Block, Job, Say, Scenario
from goalroom.demo.scenarios import billing, checkout, incident

SCENARIOS = (checkout.SCENARIO, billing.SCENARIO, incident.SCENARIO)

_BY_GOAL = {scenario.title: scenario for scenario in SCENARIOS}
_JOBS = {job.title: (scenario, job) for scenario in SCENARIOS for job in scenario.jobs()}
_STEPS = [step for _, job in _JOBS.values() for step in job.steps]


def scenario_of(title: str) -> Scenario | None:
    """The scenario whose goal has this title."""
    return _BY_GOAL.get(title)


def next_scenario(started: int, running: Collection[str]) -> Scenario:
    """By turns, and none that is running, where there is another."""
    turns = [SCENARIOS[(started + turn) % len(SCENARIOS)] for turn in range(len(SCENARIOS))]
    return next((scenario for scenario in turns if scenario.title not in running), turns[0])


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
        summary=f"'{title}' is worked through. This is a demo: no work was done in the world.",
        artifact="Simulated result",
    )


def found(ref: str, near: Job) -> Job:
    """The job of this ref, which is found while doing another."""
    scenario = _JOBS[near.title][0]
    return next(job for job in scenario.found if job.ref == ref)


def answer_to(text: str) -> str | None:
    """What is answered to the question in this message."""
    return next((step.answer for step in _STEPS if isinstance(step, Ask) and step.text in text), None)


def unblocking_answer(text: str) -> str | None:
    """What the human says who unblocks the task that this message tells of."""
    return next((step.answer for step in _STEPS if isinstance(step, Block) and step.reason in text), None)
