"""What clients can watch."""

import strawberry

from resolvers.events import EventSubscription
from resolvers.inbox import InboxSubscription
from resolvers.messages import MessageSubscription


@strawberry.type(
    description="What clients can watch: what followed the cursor `after` comes first, then what happens, in one order."
)
class Subscription(EventSubscription, MessageSubscription, InboxSubscription):
    pass
