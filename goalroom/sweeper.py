"""Work that is due by the clock. Every process does it; nothing is done twice, however many run at once."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from db.conversation import memory
from db.core import idempotency
from db.core.database import Database
from db.core.retry import Retry
from db.events import retention
from db.goal_tree import objectives
from db.operations import outage_grace
from db.overviews import digest_posting
from db.presence import activity, presence, sessions
from db.proposals import proposal_end
from db.resources import resources
from db.rooms import tokens
from db.schedules import due_schedules
from db.tasks import lease_expiry, leaving, readiness, staleness
from db.webhooks import deliveries
from goalroom.observability.metrics import Metrics

# A lease is void the moment it ends; this is how long its task then takes to be on offer again.
_TICK_S = 0.5
_LONGEST_PAUSE_S = 2.0

Sweep = Callable[[Database], Awaitable[int]]

# By the name that metrics have for it, which operators' alerts go by: in how many ticks it is due, and what it is: one
# bounded transaction, or a few, which answers how much it did.
SWEEPS: Mapping[str, tuple[int, Sweep]] = {
    "take_back_expired": (1, lease_expiry.reclaim_expired),
    "mark_stale": (1, staleness.mark_stale),
    "give_back_reviews": (1, staleness.release_reviews),
    "clear_schedules": (1, readiness.clear_schedules),
    "take_turn": (1, due_schedules.take_turn),
    "let_cool": (1, resources.half_open_cooled),
    "close_overdue_proposals": (1, proposal_end.close_overdue),
    "remind_voters": (1, proposal_end.remind_voters),
    "notify_startable": (1, readiness.notify_startable),
    "sweep": (1, presence.sweep),
    "archive_finished": (1, objectives.archive_finished),
    "post_due": (1, digest_posting.post_due),
    "close_expired_tokens": (20, leaving.close_expired_tokens),
    "release_late_claims": (20, leaving.release_late_claims),
    "close_settled_proposals": (20, proposal_end.close_settled),
    "delete_ended_sessions": (7200, sessions.delete_ended),
    "delete_old_tokens": (7200, tokens.delete_old),
    "drop_old_events": (20, retention.drop_old_events),
    "forget_old": (60, idempotency.delete_old_keys),
    "forget_expired": (60, memory.delete_expired),
    "delete_old_deliveries": (120, deliveries.delete_old),
    "delete_faded_activities": (60, activity.delete_faded),
}


async def sweep_forever(database: Database, metrics: Metrics) -> None:
    """Sweep until cancelled; while the database is away, try again with pauses that grow."""
    # Whatever goes wrong was rolled back, and work that is left undone now is found again in the next round.
    retry = Retry("sweeping", 2 * _TICK_S, _LONGEST_PAUSE_S)
    for tick in itertools.count():
        due = {name: sweep for name, (every, sweep) in SWEEPS.items() if tick % every == 0}
        await retry.until_done(partial(sweep_all, database, due, metrics))
        await asyncio.sleep(_TICK_S)


async def sweep_all(database: Database, sweeps: Mapping[str, Sweep], metrics: Metrics) -> None:
    """Run these by turns until none has anything left to do.

    What one raises stops no other, and is raised at the end.
    """
    busy, failed = dict(sweeps), None
    while busy:
        # The clock takes nothing from anyone before it is known that servers were there to listen.
        await outage_grace.record_alive(database)
        for name, sweep in tuple(busy.items()):
            try:
                with metrics.sweeping(name) as done:
                    did = await sweep(database)
                    done(did)
            except Exception as error:
                did, failed = 0, error
            if not did:
                del busy[name]
    if failed is not None:
        raise failed
