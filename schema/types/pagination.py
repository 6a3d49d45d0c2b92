"""Where a page lies in its list."""

from collections.abc import Callable, Sequence
from typing import Any, Self, TypeVar, cast

import strawberry

from db.core.pagination import Made, Page

E = TypeVar("E")


@strawberry.type(description="Where a page is in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list has more items after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list has more items before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first item on this page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last item on this page.")

    @classmethod
    def of(cls, page: Page[Any]) -> Self:
        return cls(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursors[0] if page.cursors else None,
            end_cursor=page.cursors[-1] if page.cursors else None,
        )


def edges_of(edge: Callable[..., E], page: Page[Any], nodes: Sequence[object]) -> list[E]:
    """Each node with its cursor, for those who ask for edges: most ask for nodes alone."""
    made = Made(range(len(nodes)), lambda at: edge(cursor=page.cursors[at], node=nodes[at]))
    # Strawberry knows lists by the annotation alone, and the engine takes any sequence.
    return cast("list[E]", made)
