"""What clients can watch."""

import strawberry

from resolvers.events import EventSubscription
from resolvers.inbox import InboxSubscription
from resolvers.messages import MessageSubscription


@strawberry.type(
    description="What clients can watch: first what followed the cursor `after`, then what happens from now "
    "on, in one order."
)
class Subscription(EventSubscription, MessageSubscription, InboxSubscription):
    pass
