"""What clients can do with agents, their tokens and their sessions."""

import strawberry

from db.operations import agent_mutations
from db.presence import activity, sessions
from db.rooms import agents, rooms, tokens
from schema.context import Info
from schema.types.absent import given, or_none
from schema.types.enums import AgentKind, Presence, Role
from schema.types.presence.activity import SetActivityInput
from schema.types.presence.session import HeartbeatInput, Pulse
from schema.types.rooms.agent import (
    Agent,
    CreateTokenInput,
    RegisterAgentInput,
    Registration,
    RevokeTokensInput,
    UpdateAgentInput,
)
from schema.types.rooms.room import members


@strawberry.type
class AgentQuery:
    @strawberry.field(description="The caller.")
    async def me(self, info: Info) -> Agent:
        caller = info.context.caller
        return Agent.of(caller.agent or await agents.find(info.context.database, caller, caller.name))

    @strawberry.field(description="What the caller's token lets it do.")
    def my_role(self, info: Info) -> Role:
        return info.context.caller.role

    @strawberry.field(description="The agent with this id or name.")
    async def agent(self, info: Info, agent: strawberry.ID) -> Agent | None:
        return Agent.of(await agents.find(info.context.database, info.context.caller, agent))

    @strawberry.field(
        description="The members of a room, sorted by name; with `presence`, only those with one of these presences."
    )
    async def agents(
        self,
        info: Info,
        room: strawberry.ID | None = strawberry.UNSET,
        presence: list[Presence] | None = strawberry.UNSET,
    ) -> list[Agent]:
        found = await rooms.find(info.context.database, info.context.caller, or_none(room))
        return await members(info, found.id, or_none(presence))


@strawberry.type
class AgentMutation:
    @strawberry.mutation(
        description="By an ADMIN; a MEMBER only for a subagent, spawned for a task that it holds, into that task's "
        "room."
    )
    async def register_agent(self, info: Info, input: RegisterAgentInput) -> Registration | None:  # noqa: A002  # the contract's name
        new = agents.NewAgent(
            name=input.name,
            kind=input.kind or AgentKind.AGENT,
            role=input.role or Role.MEMBER,
            rooms=or_none(input.rooms),
            description=input.description or "",
            capabilities=input.capabilities or (),
            spawned_for=or_none(input.spawned_for),
        )
        return Registration.of(await agents.register(info.context.database, info.context.caller, new))

    @strawberry.mutation(description="Change oneself or one's subagents; an ADMIN can change any agent.")
    async def update_agent(self, info: Info, input: UpdateAgentInput) -> Agent | None:  # noqa: A002
        changes = given(input, "description", "capabilities", "rooms", "kind")
        return Agent.of(
            await agent_mutations.update(info.context.database, info.context.caller, or_none(input.agent), changes)
        )

    @strawberry.mutation(description="A token of the caller's own identity, or, for an admin, of anyone's; shown once.")
    async def create_token(self, info: Info, input: CreateTokenInput) -> Registration | None:  # noqa: A002
        return Registration.of(
            await tokens.create(
                info.context.database,
                info.context.caller,
                or_none(input.agent),
                role=or_none(input.role),
                label=or_none(input.label),
                expires_at=or_none(input.expires_at),
            )
        )

    @strawberry.mutation(
        description="Every token of the agent, or the one given; takes effect at once, on open subscriptions too. With "
        "the last one, all that the agent holds goes back, and the tokens of its subagents end."
    )
    async def revoke_tokens(self, info: Info, input: RevokeTokensInput) -> int | None:  # noqa: A002
        return await agent_mutations.revoke_tokens(
            info.context.database,
            info.context.caller,
            or_none(input.agent),
            token=or_none(input.token),
            token_id=or_none(input.id),
        )

    @strawberry.mutation(description="I am here: renews the caller's leases and says what waits for it.")
    async def heartbeat(self, info: Info, input: HeartbeatInput | None = strawberry.UNSET) -> Pulse | None:  # noqa: A002
        said = input or HeartbeatInput()
        return Pulse.of(
            await sessions.heartbeat(
                info.context.database,
                info.context.caller,
                label=or_none(said.session),
                quiet_seconds=or_none(said.quiet_seconds),
                new_activity=said.new_activity(),
            )
        )

    @strawberry.mutation(description="Say what the caller is doing right now; without a kind, its activity ends.")
    async def set_activity(self, info: Info, input: SetActivityInput) -> Agent | None:  # noqa: A002
        ttl = activity.TTL_SECONDS if input.ttl_seconds is None else input.ttl_seconds
        return Agent.of(
            await activity.put_activity(info.context.database, info.context.caller, input.new_activity(), ttl)
        )
