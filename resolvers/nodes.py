"""Looking things up by id, whatever they are."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import strawberry

from db.conversation import comment_lists, inbox, message_lists
from db.core import ids, validation
from db.core.enums import Role
from db.core.errors import BadInput, NotFound, Refused
from db.events import event_log
from db.goal_tree import objectives
from db.goals import key_results
from db.presence import sessions
from db.reflections import insights, reflections
from db.resources import resources
from db.rooms import agents, rooms
from db.schedules import schedules
from db.tasks import reviews, task_loaders
from db.webhooks import webhooks
from schema.context import Info
from schema.types.conversation.comment import Comment
from schema.types.conversation.inbox import InboxItem
from schema.types.conversation.message import Message
from schema.types.events.event import Event
from schema.types.goals.key_result import KeyResult
from schema.types.goals.objective import Objective
from schema.types.node import Node
from schema.types.presence.session import Session
from schema.types.proposals.proposal import proposal_of
from schema.types.reflections.insight import Insight
from schema.types.reflections.reflection import Reflection
from schema.types.resources.resource import Resource
from schema.types.rooms.agent import Agent
from schema.types.rooms.room import Room
from schema.types.schedules.schedule import Schedule
from schema.types.tasks.review import Review
from schema.types.tasks.task import Task
from schema.types.webhooks.webhook import Webhook


@strawberry.type
class NodeQuery:
    @strawberry.field(description="Anything with an id, by its id.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:  # noqa: A002  # the contract's name
        return await _find(info, id)

    @strawberry.field(
        description="Up to 100 of them, in the order of `ids`; null and an error for each that can't be found."
    )
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        asked = validation.items("ids", ids)
        found = await asyncio.gather(*(_find(info, one) for one in asked), return_exceptions=True)
        # The engine takes a refusal in a list for the error of that place.
        return [_found_or_refused(one) for one in found]


def _found_or_refused(one: Node | BaseException) -> Node | None:
    if isinstance(one, BaseException) and not isinstance(one, Refused):
        raise one
    return one  # type: ignore[return-value]  # what GraphQL sees is null and an error


async def visible(info: Info, letter: str, key: int) -> Node | None:
    """What has this id, where there is such a thing and the caller may see it."""
    return await _FINDERS[letter](info, key) if letter in _FINDERS else None


async def _find(info: Info, text: str) -> Node:
    letter, key = ids.split(validation.text("id", text))
    if letter not in _FINDERS:
        raise BadInput("id", f"{text} is the id of {ids.NOUNS[letter]}, which is not a node.")
    node = await visible(info, letter, key)
    if node is None:
        raise NotFound(text)
    return node


async def _room(info: Info, key: int) -> Node | None:
    room = await info.context.one(rooms.by_ids, key)
    return Room.of(room) if room else None


async def _agent(info: Info, key: int) -> Node | None:
    agent = await info.context.one(agents.by_ids, key)
    return Agent.of(agent) if agent and await _knows(info, key) else None


async def _session(info: Info, key: int) -> Node | None:
    session = await info.context.one(sessions.by_ids, key)
    return Session.of(session) if session and await _knows(info, session.agent_id) else None


async def _objective(info: Info, key: int) -> Node | None:
    objective = await info.context.one(objectives.by_ids, key)
    return Objective.of(objective) if objective else None


async def _key_result(info: Info, key: int) -> Node | None:
    key_result = await info.context.one(key_results.by_ids, key)
    if key_result is None or await _objective(info, key_result.objective_id) is None:
        return None
    return KeyResult.of(key_result)


async def _task(info: Info, key: int) -> Node | None:
    task = await info.context.one(task_loaders.by_ids, key)
    return Task.of(task) if task else None


async def _comment(info: Info, key: int) -> Node | None:
    comment = await info.context.one(comment_lists.by_ids, key)
    return Comment.of(comment) if comment else None


async def _review(info: Info, key: int) -> Node | None:
    review = await info.context.one(reviews.by_ids, key)
    return Review.of(review) if review and await _task(info, review.task_id) else None


async def _resource(info: Info, key: int) -> Node | None:
    resource = await info.context.one(resources.by_ids, key)
    return Resource.of(resource) if resource else None


async def _schedule(info: Info, key: int) -> Node | None:
    schedule = await info.context.one(schedules.by_ids, key)
    return Schedule.of(schedule) if schedule else None


async def _reflection(info: Info, key: int) -> Node | None:
    reflection = await info.context.one(reflections.by_ids, key)
    return Reflection.of(reflection) if reflection else None


async def _insight(info: Info, key: int) -> Node | None:
    insight = await info.context.one(insights.by_ids, key)
    return Insight.of(insight) if insight else None


async def _webhook(info: Info, key: int) -> Node | None:
    webhook = await info.context.one(webhooks.by_ids, key)
    return Webhook.of(webhook) if webhook else None


async def _event(info: Info, key: int) -> Node | None:
    event = await info.context.one(event_log.by_ids, key)
    return Event.of(info.context.caller.shown(event)) if event else None


async def _message(info: Info, key: int) -> Node | None:
    message = await info.context.one(message_lists.by_ids, key)
    return Message.of(message) if message else None


async def _knows(info: Info, agent_id: int) -> bool:
    """Whether the caller may see the agent: itself, one that it shares a room with, or any for an ADMIN."""
    caller = info.context.caller
    if agent_id == caller.agent_id or caller.role is Role.ADMIN:
        return True
    return bool(await info.context.many(agents.rooms_of, agent_id))


async def _inbox_item(info: Info, key: int) -> Node | None:
    item = await info.context.one(inbox.by_ids, key)
    return InboxItem.of(item) if item else None


_FINDERS: Mapping[str, Callable[[Info, int], Awaitable[Node | None]]] = {
    ids.ROOM: _room,
    ids.AGENT: _agent,
    ids.SESSION: _session,
    ids.OBJECTIVE: _objective,
    ids.KEY_RESULT: _key_result,
    ids.TASK: _task,
    ids.COMMENT: _comment,
    ids.REVIEW: _review,
    ids.RESOURCE: _resource,
    ids.SCHEDULE: _schedule,
    ids.PROPOSAL: proposal_of,
    ids.REFLECTION: _reflection,
    ids.INSIGHT: _insight,
    ids.WEBHOOK: _webhook,
    ids.EVENT: _event,
    ids.MESSAGE: _message,
    ids.INBOX_ITEM: _inbox_item,
}
