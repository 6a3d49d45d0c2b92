"""What ADMINs can do with webhooks."""

# ruff: noqa: A002  # `input` is the contract's name

import strawberry

from db.webhooks import deliveries, webhooks
from schema.context import Info
from schema.types.absent import or_none
from schema.types.webhooks.webhook import Delivery, Webhook
from schema.types.webhooks.webhook_inputs import (
    CreateWebhookInput,
    DeleteWebhookInput,
    ResumeWebhookInput,
    TestWebhookInput,
)


@strawberry.type
class WebhookMutation:
    @strawberry.mutation(description="Create a webhook, which is sent what happens from now on. By an ADMIN.")
    async def create_webhook(self, info: Info, input: CreateWebhookInput) -> Webhook | None:
        context = info.context
        return Webhook.of(
            await webhooks.create(context.database, context.outbound, context.caller, or_none(input.room), input.new())
        )

    @strawberry.mutation(description="Delete a webhook and what is kept of its deliveries. By an ADMIN.")
    async def delete_webhook(self, info: Info, input: DeleteWebhookInput) -> bool | None:
        return await webhooks.delete(info.context.database, info.context.caller, input.webhook)

    @strawberry.mutation(
        description="Send one made-up event now, and answer with how it went; once a second. By an ADMIN."
    )
    async def test_webhook(self, info: Info, input: TestWebhookInput) -> Delivery | None:
        context = info.context
        return Delivery.of(await deliveries.test(context.database, context.outbound, context.caller, input.webhook))

    @strawberry.mutation(description="Switch it on again, from where it stands or from a cursor. By an ADMIN.")
    async def resume_webhook(self, info: Info, input: ResumeWebhookInput) -> Webhook | None:
        return Webhook.of(
            await webhooks.resume(info.context.database, info.context.caller, input.webhook, or_none(input.after))
        )
