"""Where a page lies in its list."""

from typing import Any, Self

import strawberry

from db.core.pagination import Page


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
