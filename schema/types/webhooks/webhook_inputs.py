"""What ADMINs send to make, test, resume and delete webhooks."""

import strawberry

from db.webhooks.webhooks import NewWebhook
from schema.types.absent import or_none
from schema.types.enums import EventKind


@strawberry.input(description="A webhook to create.")
class CreateWebhookInput:
    room: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The room's id or name; optional if the caller is in exactly one room."
    )
    url: str = strawberry.field(
        description="Where to send to: https, or http where the operator allows the address; without credentials."
    )
    secret: str = strawberry.field(
        description="`whsec_` and the base64 of 24 to 64 bytes, as Standard Webhooks has it."
    )
    kinds: list[EventKind] = strawberry.field(description="Which events to send; empty is all.")
    labels: list[str] | None = strawberry.field(
        default=strawberry.UNSET,
        description="Only events about a task with one of these; left out or empty is no condition.",
    )

    def new(self) -> NewWebhook:
        """What db makes one of."""
        return NewWebhook(url=self.url, secret=self.secret, kinds=self.kinds, labels=or_none(self.labels) or ())


@strawberry.input(description="A webhook to delete.")
class DeleteWebhookInput:
    webhook: strawberry.ID = strawberry.field(description="The webhook, which goes with its deliveries.")


@strawberry.input(description="A webhook to test.")
class TestWebhookInput:
    webhook: strawberry.ID = strawberry.field(description="The webhook, switched on or not.")


@strawberry.input(description="A webhook to switch on again.")
class ResumeWebhookInput:
    webhook: strawberry.ID = strawberry.field(description="The webhook.")
    after: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A cursor of the room's log, to send what came after it; left out, it goes on where it stands.",
    )
