"""What clients can do with memory."""

import strawberry

from db.conversation import memory
from schema.context import Info
from schema.types.absent import or_none
from schema.types.conversation.memory import ForgetInput, Memory, RememberInput


@strawberry.type
class MemoryQuery:
    @strawberry.field(description="The value under this key; null and NOT_FOUND where there is none.")
    async def recall(self, info: Info, scope: strawberry.ID, key: str) -> Memory | None:
        return Memory.of(await memory.recall(info.context.database, info.context.caller, scope, key))

    @strawberry.field(
        description="The values in this scope, sorted by key; with `search`, only those that match, best first."
    )
    async def memories(
        self,
        info: Info,
        scope: strawberry.ID,
        prefix: str | None = strawberry.UNSET,
        search: str | None = strawberry.UNSET,
        first: int | None = 50,
    ) -> list[Memory]:
        found = await memory.find(
            info.context.database,
            info.context.caller,
            scope,
            prefix=or_none(prefix),
            search=or_none(search),
            first=50 if first is None else first,
        )
        return [Memory.of(one) for one in found]


@strawberry.type
class MemoryMutation:
    @strawberry.mutation(description="Write a value under a key, for other sessions to find.")
    async def remember(self, info: Info, input: RememberInput) -> Memory | None:  # noqa: A002  # the contract's name
        return Memory.of(
            await memory.remember(
                info.context.database,
                info.context.caller,
                input.scope,
                input.key,
                input.value,
                if_version=or_none(input.if_version),
                ttl_seconds=or_none(input.ttl_seconds),
                keeps_end=input.ttl_seconds is strawberry.UNSET,
            )
        )

    @strawberry.mutation(description="Whether there was something to forget.")
    async def forget(self, info: Info, input: ForgetInput) -> bool | None:  # noqa: A002
        return await memory.forget(info.context.database, info.context.caller, input.scope, input.key)
