"""How each step of a job is done, and by which trace it is known to be done."""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from goalroom.demo import documents, roles, scenario_list, scenario_model
from goalroom.demo.agent import Agent, Facts
from goalroom.demo.client import Refused
from goalroom.demo.roles import AgentConfig

# In seconds of the demo.
_QUIET_S = 40
_ANSWER_TIMEOUT_S = 60
_DECISION_TIMEOUT_S = 90
_MOST_FAILURES = 8

_log = logging.getLogger("goalroom.demo")


def is_done(step: scenario_model.Step, task: Facts, worker: Agent) -> bool:
    """Whether the task shows that somebody did it, this session or another."""
    match step:
        case scenario_model.Crash():
            return bool(task["attempts"])
        case scenario_model.Reflect(change=change):
            return change in {reflection["change"] for reflection in task["reflections"]}
        case scenario_model.Discover(ref):
            job = scenario_list.found(ref, scenario_list.job_of(task))
            return job.title in {edge["dependsOn"]["title"] for edge in task["dependencies"]}
        case scenario_model.Spawn(job=job):
            return job.title in {subtask["title"] for subtask in task["subtasks"]}
        case scenario_model.Remember(key):
            memories = worker.client.ask(documents.MEMORIES, scope=_shared(task))["memories"]
            return key in {memory["key"] for memory in memories}
    said = "\n".join([task["notes"], *(comment["body"] for comment in task["comments"]["nodes"])])
    return str(scenario_model.trace(step)) in said


class Actions:
    """How a worker does each step."""

    def __init__(self, worker: Agent) -> None:
        self._worker = worker
        self._client = worker.client
        self._subagents: dict[str, subprocess.Popen[bytes]] = {}
        self._by_step: dict[type[scenario_model.Step], Callable[[Any, Facts], None]] = {
            scenario_model.Say: self._say,
            scenario_model.Note: self._note,
            scenario_model.Remember: self._remember,
            scenario_model.Ask: self._ask,
            scenario_model.Block: self._block,
            scenario_model.Escalate: self._escalate,
            scenario_model.PutToVote: self._put_to_vote,
            scenario_model.Reflect: self._reflect,
            scenario_model.Discover: self._discover,
            scenario_model.Crash: self._crash,
            scenario_model.NewSession: self._stop,
            scenario_model.HandOver: self._hand_over,
            scenario_model.Outage: self._fail,
            scenario_model.Quiet: self._be_quiet,
            scenario_model.Spawn: self._spawn,
        }

    def run(self, step: scenario_model.Step, task: Facts) -> None:
        """Do it, and leave its trace."""
        self._by_step[type(step)](step, task)

    def cancel_orphans(self, subtasks: Sequence[Facts]) -> None:
        """Cancel what waits for a subagent that is gone: nobody else may take it."""
        for subtask in subtasks:
            subagent = self._subagents.get(subtask["id"])
            gone = subagent is None or subagent.poll() is not None
            if gone and subtask["status"] == "TODO" and subtask["assignee"]:
                reason = f"@{subtask['assignee']['name']} is gone; done along with the rest."
                self._client.ask(documents.CANCEL, task=subtask["id"], reason=reason)

    def _say(self, step: scenario_model.Say, task: Facts) -> None:
        self._worker.comment(task["id"], step.text)

    def _note(self, step: scenario_model.Note | scenario_model.NewSession, task: Facts) -> None:
        self._client.ask(documents.NOTES, input={"task": task["id"], "text": step.text})

    def _remember(self, step: scenario_model.Remember, task: Facts) -> None:
        self._client.ask(documents.REMEMBER, input={"scope": _shared(task), "key": step.key, "value": step.value})

    def _stop(self, step: scenario_model.NewSession, task: Facts) -> None:
        self._note(step, task)
        sys.exit(0)

    def _be_quiet(self, step: scenario_model.Quiet, task: Facts) -> None:
        self._worker.comment(task["id"], step.text)
        self._worker.pause(_QUIET_S / 2, "WORKING", "A long run, as announced", quiet=_QUIET_S)

    def _ask(self, step: scenario_model.Ask, task: Facts) -> None:
        whom = self._worker.name_of(step.whom)
        message = self._worker.say("general", f"@{whom} {task['id']}: {step.text}")
        deadline = time.monotonic() + max(10.0, _ANSWER_TIMEOUT_S / self._worker.me.speed)
        with self._client.watch((documents.WATCH_INBOX, {}), session=self._worker.me.session) as inbox:
            while time.monotonic() < deadline:
                for reply in self._client.ask(documents.REPLIES, id=message)["node"]["replies"]["nodes"]:
                    answer = reply["body"].removeprefix(f"@{self._worker.me.name} ")
                    text = f"Asked @{whom}: {step.text}\n\nThe answer: {answer}"
                    self._worker.comment(task["id"], text, "DECISION")
                    return
                self._worker.pause(1, "WAITING", f"For an answer of @{whom}")
                inbox.next(max(0.5, 2 / self._worker.me.speed))
        self._worker.comment(
            task["id"], f"Asked @{whom}: {step.text}\n\nNo answer yet; going on with what seems safer."
        )

    def _block(self, step: scenario_model.Block, task: Facts) -> None:
        human = self._worker.name_of(roles.HUMAN)
        self._worker.comment(task["id"], f"Can't go on: {step.reason}.")
        reason = f"{step.reason[:1].upper()}{step.reason[1:]}"
        # Typed first, so that nothing comes between being blocked and saying so: nobody else would.
        self._worker.pause(2, "TYPING")
        self._client.ask(documents.BLOCK, input={"task": task["id"], "reason": reason})
        self._worker.holds = None
        self._worker.send("blockers", f"@{human} {task['id']} is blocked: {step.reason}.")
        self._worker.leave()

    def _escalate(self, step: scenario_model.Escalate, task: Facts) -> None:
        self._client.ask(
            documents.ESCALATE,
            input={
                "task": task["id"],
                "question": step.question,
                "options": step.options,
                "closesAt": self._decided_by(),
                "defaultOption": step.default,
                "idempotencyKey": f"{task['id']} {step.question}",
            },
        )
        self._worker.holds = None
        self._worker.leave()

    def _put_to_vote(self, step: scenario_model.PutToVote, task: Facts) -> None:
        self._client.ask(
            documents.PROPOSE,
            input={
                "room": roles.ROOM,
                "kind": "VOTE",
                "title": step.question,
                "options": step.options,
                "electorate": self._worker.me.names[roles.WORKER],
                "quorum": 1,
                "closesAt": self._decided_by(),
                "defaultOption": step.options[0],
                "tasks": [task["id"]],
                "idempotencyKey": f"{task['id']} {step.question}",
            },
        )
        self._worker.comment(task["id"], f"Put to the vote: {step.question}")

    def _reflect(self, step: scenario_model.Reflect, task: Facts) -> None:
        self._client.ask(
            documents.REFLECT,
            input={
                "task": task["id"],
                "worked": step.worked,
                "didNotWork": step.did_not_work,
                "change": step.change,
                "tags": step.tags,
                "idempotencyKey": f"{task['id']} {step.change}",
            },
        )

    def _decided_by(self) -> str:
        """Until when a question is open: long enough for a person who reads along."""
        seconds = max(10.0, _DECISION_TIMEOUT_S / self._worker.me.speed)
        return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()

    def _discover(self, step: scenario_model.Discover, task: Facts) -> None:
        found = scenario_list.found(step.ref, scenario_list.job_of(task))
        made = self._client.ask(
            documents.CREATE_TASK,
            input={
                "room": roles.ROOM,
                "objective": task["objective"]["id"] if task["objective"] else None,
                "discoveredFrom": task["id"],
                "idempotencyKey": f"{task['id']} {found.ref}",
                **described(found),
            },
        )["createTask"]["id"]
        self._client.ask(documents.BLOCK, input={"task": task["id"], "reason": step.reason, "dependsOn": [made]})
        self._worker.holds = None
        self._worker.say("blockers", f"{task['id']} waits for {made} '{found.title}': {step.reason}.")
        self._worker.leave()

    def _crash(self, _step: scenario_model.Crash, task: Facts) -> None:
        _log.info("@%s crashes in the middle of %s, as its scenario wants it", self._worker.me.name, task["id"])
        os.kill(os.getpid(), signal.SIGKILL)

    def _hand_over(self, step: scenario_model.HandOver, task: Facts) -> None:
        handoff = {"done": step.done, "pending": step.pending, "gotchas": step.gotchas}
        self._client.ask(documents.RELEASE, input={"task": task["id"], "handoff": handoff})
        self._worker.leave()

    def _fail(self, step: scenario_model.Outage, task: Facts) -> None:
        for number in range(_MOST_FAILURES):
            detail = step.failures[min(number, len(step.failures) - 1)]
            self._worker.pause(4, "WORKING", f"Running {step.resource}, attempt {number + 1}")
            report = {"room": roles.ROOM, "resource": step.resource, "ok": False, "detail": detail}
            if self._client.ask(documents.REPORT, input=report)["reportHealth"]["breaker"] == "OPEN":
                break
        self._worker.say("ops", f"{step.resource} fails: {detail}. {task['id']} goes back until it works again.")
        self._hand_over(step.hand_over, task)

    def _spawn(self, step: scenario_model.Spawn, task: Facts) -> None:
        """A subagent with a token of its own, in a process of its own, that ends with this one."""
        me = self._worker.me
        name = f"{me.name}-{task['id'].lower()}"
        description = f"{roles.SIMULATED} Subagent of @{me.name}: {step.purpose}."
        new = {"name": name, "spawnedFor": task["id"], "description": description, "capabilities": ["code"]}
        try:
            token = self._client.ask(documents.REGISTER, input=new)["registerAgent"]["token"]
        except Refused as refused:
            if refused.code != "NAME_TAKEN":
                raise
            # A session before this one had a subagent for it, whose token went with it.
            return
        made = self._client.ask(
            documents.CREATE_TASK,
            input={"room": roles.ROOM, "parent": task["id"], "assignee": name, **described(step.job)},
        )["createTask"]["id"]
        self._worker.comment(task["id"], f"@{name} {step.purpose} ({made}), while I go on.")
        config = AgentConfig(
            url=me.url,
            token=token,
            kind=roles.SUBAGENT,
            name=name,
            session=name,
            speed=me.speed,
            seed=me.seed,
            names=me.names,
            task=made,
        )
        self._subagents[made] = start(config)


def start(config: AgentConfig) -> subprocess.Popen[bytes]:
    """An agent's process. It ends when its standard input does, and so with whoever started it."""
    process = subprocess.Popen(roles.COMMAND, stdin=subprocess.PIPE, start_new_session=True)  # noqa: S603  # our own
    assert process.stdin is not None  # noqa: S101  # it is a pipe
    process.stdin.write(config.to_line())
    process.stdin.flush()
    return process


def described(job: scenario_model.Job) -> dict[str, object]:
    """What a task says of the job."""
    return {
        "title": job.title,
        "description": job.description,
        "priority": job.priority,
        "labels": list(job.labels),
        "capabilities": list(job.capabilities),
        "criteria": [text for text, _ in job.criteria],
        "resources": list(job.resources),
        "estimateMinutes": job.minutes,
    }


def _shared(task: Facts) -> str:
    return str(task["objective"]["id"] if task["objective"] else task["id"])
