"""What a room takes: many who send, many who read what they are told, at two server processes' worth of followers.

    python -m bench.messages [--messages 20000]

Senders send as fast as they can, to channels and directly. Recipients read their inboxes by pages and by subscriptions
that they leave at will, and acknowledge; readers follow channels by pages and subscriptions in turn. In the end each
item must have reached its recipient, none after it was acknowledged, and every channel must have had one order for all.
"""

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from db.core.database import Database
from db.core.migrations import migrate
from goalroom.postgres.embedded import Cluster
from tests import people
from tests.db.conversation import message_load
from tests.db.conversation.test_message_load import RECIPIENTS, SENDERS, check
from tests.processes import process


async def measure(messages: int) -> None:
    """Play it, and say how long it took."""
    with tempfile.TemporaryDirectory() as folder, Cluster(Path(folder) / "postgres") as cluster:
        await migrate(cluster.url)
        database = await Database.connect(cluster.url, size=2)
        room = await people.room(database)
        senders = [await people.caller(database, f"sender-{number}", room) for number in range(SENDERS)]
        recipients = [await people.caller(database, f"reader-{number}", room) for number in range(RECIPIENTS)]
        async with process(cluster.url) as here, process(cluster.url) as there:
            began = time.perf_counter()
            traffic = await message_load.run(
                room, (here.database, here.feed), (there.database, there.feed), senders, recipients, messages
            )
            took = time.perf_counter() - began
        check(traffic)
        items = sum(map(len, traffic.expected.values()))
        print(f"{messages} messages, {items} items in inboxes: {took:.0f} s, all arrived, in order")
        await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=20_000)
    asyncio.run(measure(parser.parse_args().messages))
