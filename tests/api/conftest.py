"""What the tests of the ways in share."""

from collections.abc import AsyncGenerator

import pytest

from tests.api.server_fixture import Live, serving


@pytest.fixture
async def live(database_url: str) -> AsyncGenerator[Live]:
    """A server on a database of its own."""
    async with serving(database_url) as server:
        yield server
