"""Nothing that is said is lost, doubled or out of order, however many talk and however those who read come and go."""

from collections import Counter

from db.core.database import Database
from tests import people
from tests.db.conversation import message_load
from tests.db.conversation.message_load import Traffic
from tests.processes import process
from tests.size import sized

SENDERS, RECIPIENTS, MESSAGES = 16, 32, sized(300, 1_500)


def check(traffic: Traffic) -> None:
    """Each recipient was told each of its items until it acknowledged it, and channels have one order for all."""
    for one in traffic.recipients:
        assert one.wrong == []
        assert Counter(one.told()) == Counter(traffic.expected[one.caller.name]), one.caller.name
    for reader in traffic.readers:
        assert len(set(reader.got)) == len(reader.got)
        visible = {
            message.id
            for message in traffic.sent
            if message.is_open_to(reader.caller.agent_id) and (reader.channel is None or message.channel_id is not None)
        }
        assert set(reader.got) <= visible
    orders = {
        channel: {tuple(r.got) for r in traffic.readers if r.channel == channel} for channel in message_load.CHANNELS
    }
    assert all(len(order) == 1 for order in orders.values())
    in_channels = {message.id for message in traffic.sent if message.channel_id is not None}
    assert {key for order in orders.values() for key in next(iter(order))} == in_channels
    for reader in (reader for reader in traffic.readers if reader.channel is None):
        assert len(reader.got) == sum(message.is_open_to(reader.caller.agent_id) for message in traffic.sent)
        for order in orders.values():
            said = next(iter(order))
            assert [key for key in reader.got if key in set(said)] == list(said)


async def test_what_is_said_reaches_all_whom_it_is_for(database: Database, database_url: str) -> None:
    room = await people.room(database)
    senders = [await people.caller(database, f"sender-{number}", room) for number in range(SENDERS)]
    recipients = [await people.caller(database, f"reader-{number}", room) for number in range(RECIPIENTS)]

    async with process(database_url) as here, process(database_url) as there:
        traffic = await message_load.run(
            room, (here.database, here.feed), (there.database, there.feed), senders, recipients, MESSAGES
        )

    assert len(traffic.sent) == MESSAGES
    check(traffic)
