"""What everything with an id has in common."""

import strawberry


@strawberry.interface(description="Anything with an id.")
class Node:
    id: strawberry.ID = strawberry.field(description="A letter for its type and a number, like T42.")
