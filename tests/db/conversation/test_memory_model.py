"""Memory does what a dictionary would do that knows versions and ends."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.conversation import memory
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import VersionConflict
from tests.clock import advance
from tests.factories import World
from tests.size import sized

KEYS = st.sampled_from(["plan", "note"])
ACTS = st.one_of(
    st.tuples(st.just("remember"), KEYS, st.none() | st.integers(0, 4), st.sampled_from(["stays", None, 10, 1000])),
    st.tuples(st.just("forget"), KEYS),
    st.tuples(st.just("wait"), st.sampled_from([4, 8, 400])),
    st.tuples(st.just("sweep")),
)


@dataclass(frozen=True)
class Entry:
    value: int
    version: int
    left: int | None


@dataclass
class Model:
    """The dictionary beside the table. `left`: in how many seconds it ends."""

    database: Database
    ann: Caller
    entries: dict[str, Entry] = field(default_factory=dict)

    async def remember(self, value: int, key: str, expected: int | None, ttl: Any) -> None:
        stands = self.entries.get(key, Entry(0, 0, None))
        stays = ttl == "stays"
        try:
            made = await memory.remember(
                self.database,
                self.ann,
                "ann",
                key,
                value,
                if_version=expected,
                ttl_seconds=None if stays else ttl,
                keeps_end=stays,
            )
        except VersionConflict as conflict:
            outcome: tuple[str, int] = ("conflict", conflict.version)
        else:
            outcome = ("made", made.version)
        fits = expected in (None, stands.version)
        assert outcome == (("made", stands.version + 1) if fits else ("conflict", stands.version))
        if fits:
            self.entries[key] = Entry(value, stands.version + 1, stands.left if stays else ttl)

    async def forget(self, _value: int, key: str) -> None:
        assert await memory.forget(self.database, self.ann, "ann", key) is (self.entries.pop(key, None) is not None)

    async def wait(self, _value: int, seconds: int) -> None:
        await advance(self.database, seconds)
        aged = {
            key: Entry(one.value, one.version, None if one.left is None else one.left - seconds)
            for key, one in self.entries.items()
        }
        self.entries = {key: one for key, one in aged.items() if one.left is None or one.left > 0}

    async def sweep(self, _value: int) -> None:
        await memory.delete_expired(self.database)

    async def check(self) -> None:
        found = await memory.find(self.database, self.ann, "ann", prefix=None, search=None, first=50)
        assert {one.key: (one.value, one.version, one.expires_at is None) for one in found} == {
            key: (one.value, one.version, one.left is None) for key, one in self.entries.items()
        }

    async def run(self, acts: list[tuple[Any, ...]]) -> None:
        await self.database.execute("delete from memory")
        for number, (name, *arguments) in enumerate(acts):
            await getattr(self, name)(number, *arguments)
            await self.check()


async def test_memory_matches_the_model(database: Database, world: World) -> None:
    ann = await world.agent("ann")
    loop = asyncio.get_running_loop()

    @settings(max_examples=sized(15, 40), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(ACTS, max_size=12))
    def check(acts: list[tuple[Any, ...]]) -> None:
        asyncio.run_coroutine_threadsafe(Model(database, ann).run(acts), loop).result(60)

    await asyncio.to_thread(check)
