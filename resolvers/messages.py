"""What clients can say in a room, and watch as it is said."""

from collections.abc import AsyncIterator

import strawberry

from db.conversation import channels, message_send
from db.overviews import event_filters
from schema.context import Info
from schema.event_stream import EventStream
from schema.types.absent import or_none
from schema.types.conversation.message import Channel, CreateChannelInput, Message, SendMessageInput
from schema.types.events.subscription_payloads import MessageSent


@strawberry.type
class MessageMutation:
    @strawberry.mutation(description="Create a channel in a room.")
    async def create_channel(self, info: Info, input: CreateChannelInput) -> Channel | None:  # noqa: A002  # the contract's name
        return Channel.of(
            await channels.create(
                info.context.database,
                info.context.caller,
                or_none(input.room),
                input.name,
                or_none(input.topic) or "",
            )
        )

    @strawberry.mutation(
        description="Send a message to a channel, or directly to agents. Ask for `unknownMentions` too: the @words "
        "that name nobody, so that nobody was told."
    )
    async def send_message(self, info: Info, input: SendMessageInput) -> Message | None:  # noqa: A002
        context = info.context
        sent = await message_send.send(context.database, context.caller, input.new(), or_none(input.idempotency_key))
        return Message.of(sent)


@strawberry.type
class MessageSubscription:
    @strawberry.subscription(description="Channel messages of the room, and direct ones that the caller sent or got.")
    async def message_sent(
        self,
        info: Info,
        room: strawberry.ID | None = None,
        channel: str | None = None,
        after: str | None = None,
    ) -> AsyncIterator[MessageSent]:
        wanted = await event_filters.of_messages(
            info.context.database, info.context.caller, room, after, channel=channel
        )
        return EventStream(info.context, wanted, MessageSent.of)
