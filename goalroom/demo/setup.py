"""The demo's room, its rules at the speed of the demo, and the agents that meet there: all made through the API."""

from collections.abc import Mapping
from typing import Any

from goalroom.command_error import CommandError
from goalroom.demo import documents, receiver, roles
from goalroom.demo.client import Client, Refused
from goalroom.demo.receiver import Hook
from goalroom.demo.roles import Role, in_seconds

_WELCOME = (
    "This room is a demo. Everybody here is simulated: programs that use Goalroom's API as any agent does, each in a"
    " process of its own, and work on one goal after another. Goals, tasks and failures are invented; claims, leases,"
    " reviews and what follows from them are real. Make a task here, or mention somebody, and see what happens."
)
# Shared things that work needs: how many may use it at once, and how long it rests once it failed.
_RESOURCES = (("ci", 2, 30), ("staging", 1, 30))
_FAILURES = 3

# What comes again and again, by the clock of the world: the demo's is faster.
_ROUND = {
    "cron": "*/5 * * * *",
    "task": {
        "title": "Look through the error log",
        "description": "Made by a schedule. What is new there, and what became more?",
        "criteria": ["Every new kind of error has a task, or a reason why not"],
        "labels": ["operations"],
        "priority": "P3",
    },
}
_HEARD_OUTSIDE = ("TASK_DONE", "OBJECTIVE_FINISHED", "INSIGHT_FOUND", "PROPOSAL_CLOSED")


class Setup:
    """What an ADMIN does before the agents begin, and while they work."""

    def __init__(self, client: Client, speed: float) -> None:
        self._client, self._speed = client, speed
        # Below a few seconds a slow machine would lose leases without anybody having crashed.
        self.lease_seconds = in_seconds(45, speed, 4)

    def prepare(self) -> None:
        """The room is there, with rules short enough that one sees them at work."""
        found = self._room()
        if found is None:
            made = {"name": roles.ROOM, "title": roles.TITLE, "settings": self._rules()}
            self._client.ask(documents.CREATE_ROOM, input=made)
            welcome = {"room": roles.ROOM, "channel": "general", "body": _WELCOME}
            self._client.ask(documents.SEND, input=welcome)
        elif found["title"] != roles.TITLE:
            raise CommandError(
                f"The room '{roles.ROOM}' exists already, and this command did not create it:"
                " choose another --data-dir."
            )
        else:
            rules = {"room": roles.ROOM, "settings": self._rules()}
            self._client.ask(documents.UPDATE_ROOM, input=rules)
        for name, capacity, cooldown in _RESOURCES:
            wanted = {
                "room": roles.ROOM,
                "name": name,
                "capacity": capacity,
                "failureThreshold": _FAILURES,
                "cooldownSeconds": in_seconds(cooldown, self._speed, 3),
            }
            self._client.ask(documents.DEFINE_RESOURCE, input=wanted)
        if not self._client.ask(documents.SCHEDULES, room=roles.ROOM)["room"]["schedules"]:
            self._client.ask(documents.CREATE_SCHEDULE, input={"room": roles.ROOM, **_ROUND})

    def send_to(self, hook: Hook) -> None:
        """What is worth telling outside is sent there, and no more to where a demo before this one listened."""
        for webhook in self._client.ask(documents.WEBHOOKS, room=roles.ROOM)["room"]["webhooks"]:
            if webhook["url"].endswith(receiver.PATH):
                self._client.ask(documents.DELETE_WEBHOOK, webhook=webhook["id"])
        wanted = {"room": roles.ROOM, "url": hook.url, "secret": hook.secret, "kinds": _HEARD_OUTSIDE}
        self._client.ask(documents.CREATE_WEBHOOK, input=wanted)

    def register(self, role: Role) -> tuple[str, str]:
        """The name and a token of this agent; a name that another agent has gets an addition."""
        known = {agent["name"] for agent in self._members() if agent["description"].startswith(roles.SIMULATED)}
        names = (role.name, f"{role.name}-demo")
        for name in names:
            if name in known:
                return name, str(self._client.ask(documents.ADMIT, agent=name)["createToken"]["token"])
        new = {
            "kind": "HUMAN" if role.kind == roles.HUMAN else "AGENT",
            "rooms": [roles.ROOM],
            "description": role.description,
            "capabilities": list(role.capabilities),
        }
        for name in names:
            try:
                return name, str(
                    self._client.ask(documents.REGISTER, input={"name": name, **new})["registerAgent"]["token"]
                )
            except Refused as refused:
                if refused.code != "NAME_TAKEN":
                    raise
        raise CommandError(f"The demo finds no free name for its {role.kind}: {' and '.join(names)} are taken.")

    def remove_finished_subagents(self) -> None:
        """Subagents whose work is over leave the room."""
        for agent in self._members():
            over = agent["parent"] and agent["presence"] == "OFFLINE" and not agent["tasks"]
            if over and agent["description"].startswith(roles.SIMULATED):
                self._client.ask(documents.UPDATE_AGENT, input={"agent": agent["id"], "rooms": []})

    def _rules(self) -> Mapping[str, object]:
        return {
            "requireDoneCriteria": True,
            "requireReview": True,
            "requireHandoff": True,
            "wipLimit": 2,
            "leaseSeconds": self.lease_seconds,
            "idleAfterSeconds": in_seconds(40, self._speed, 4),
            "offlineAfterSeconds": in_seconds(60, self._speed, 6),
            "staleAfterSeconds": in_seconds(120, self._speed, 20),
            "reclaimAfterSeconds": in_seconds(60, self._speed, 10),
            "maxAttempts": 4,
            "digestEverySeconds": in_seconds(300, self._speed, 20),
            "archiveAfterSeconds": in_seconds(300, self._speed, 20),
        }

    def _room(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self._client.ask(documents.ROOM, room=roles.ROOM)["room"]
        except Refused as refused:
            if refused.code == "NOT_FOUND":
                return None
            raise
        return found

    def _members(self) -> list[dict[str, Any]]:
        room = self._room()
        return list(room["agents"]) if room else []
