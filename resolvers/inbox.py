"""What clients can read of their inboxes, watch and acknowledge."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from functools import partial

import strawberry

from db.conversation import inbox
from schema.context import Info
from schema.types.absent import or_none
from schema.types.conversation.inbox import AcknowledgeInput, InboxConnection, InboxItem
from schema.types.enums import InboxKind


@strawberry.type
class InboxQuery:
    @strawberry.field(
        description="The caller's inbox, oldest first: only what is unacknowledged, or all of it. With `waitSeconds` "
        "(0..60) an empty answer waits that long for an item, so that a client without sockets is woken as soon as one "
        "with."
    )
    async def inbox(
        self,
        info: Info,
        unacknowledged: bool | None = True,
        kinds: list[InboxKind] | None = strawberry.UNSET,
        first: int | None = 50,
        after: str | None = strawberry.UNSET,
        wait_seconds: int | None = 0,
    ) -> InboxConnection:
        context = info.context
        part_of = partial(inbox.filter_of, unacknowledged=unacknowledged is not False, kinds=or_none(kinds))
        context.caller, page = await inbox.page_or_wait(
            context.database,
            context.feed,
            context.caller,
            part_of,
            first,
            or_none(after),
            wait_seconds=wait_seconds or 0,
            cancelled=context.cancelled,
        )
        return InboxConnection.of(page, part_of(context.caller))


@strawberry.type
class InboxMutation:
    @strawberry.mutation(description="How many items were acknowledged.")
    async def acknowledge(self, info: Info, input: AcknowledgeInput) -> int | None:  # noqa: A002  # the contract's name
        return await inbox.acknowledge(
            info.context.database,
            info.context.caller,
            items=or_none(input.items),
            up_to=or_none(input.up_to),
            sender=or_none(input.sender),
        )


@strawberry.type
class InboxSubscription:
    @strawberry.subscription(description="The caller's inbox: first what is unacknowledged, then what arrives.")
    async def inbox(self, info: Info, kinds: list[InboxKind] | None = None) -> AsyncGenerator[InboxItem, None]:
        context = info.context
        # What is wrong with the request is refused at once.
        inbox.filter_of(context.caller, kinds=kinds)
        return _follow(info, lambda: inbox.filter_of(context.caller, kinds=kinds))


async def _follow(info: Info, wanted_now: Callable[[], inbox.InboxFilter]) -> AsyncGenerator[InboxItem, None]:
    context = info.context
    async with aclosing(inbox.follow(context.feed, context.database, wanted_now)) as items:
        async for item in items:
            context.forget()
            yield InboxItem.of(item)
