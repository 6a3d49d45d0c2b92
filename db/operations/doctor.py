"""Check that a database is consistent and well configured."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from db.core import ids, session, time_zones
from db.core.migrations import OLDEST_POSTGRES, applied, migrations
from db.core.pooled_sessions import PooledSessions, keeps_prepared_statements
from db.core.queries import q

# A clock that differs by more shows people wrong times; leases are judged by the database's alone.
_CLOCKS_DIFFER_S = 2.0
_NAMED = 10

# What follows from other rows: its name, of what it is, and the statements that find what is wrong and put it right.
# Tasks wait for objectives that are drafts, so drafts come first.
_FOLLOWING = (
    ("drafts", ids.OBJECTIVE, q.wrong_drafts, q.mend_drafts),
    ("what tasks wait for", ids.TASK, q.wrong_waits, q.mend_waits),
    ("use of resources", ids.RESOURCE, q.wrong_use, q.mend_use),
    ("counts of tasks", ids.ROOM, q.wrong_counts, q.mend_counts),
)

_FIX = "Run `goalroom doctor --fix`, and tell us how it came to that."


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, and what to do about it."""

    problem: str
    advice: str


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at, what was seen, and what is wrong with it."""

    subject: str
    seen: str
    findings: Sequence[Finding] = ()


async def examine(connection: Any, replaced: Mapping[str, str] = MappingProxyType({})) -> AsyncGenerator[Look]:
    """Look at one thing after the other. Without its migrations a database is looked into no further.

    `replaced` are the operator's settings that our sessions replace.
    """
    yield _database(await q.database_facts(connection))
    yield _settings(replaced)
    migrated = await _migrations(connection)
    yield migrated
    yield await _clock(connection)
    if migrated.findings:
        return
    yield await _log(connection)
    yield await _zones(connection)
    yield await _webhooks(connection)
    for subject, letter, find, _ in _FOLLOWING:
        yield _counted(subject, letter, await find(connection))


async def pooler(url: str) -> Look:
    """Look at what is between the pool and Postgres."""
    if not await keeps_prepared_statements(url):
        advice = "Let PgBouncer be 1.21 or newer, with max_prepared_statements above 0."
        return Look("pooler", "of transactions", [Finding("It forgets prepared statements.", advice)])
    connection = await session.connect_pooled(url, seconds=10)
    try:
        await (sessions := PooledSessions()).look_at(connection)
    finally:
        connection.terminate()
    lacking = ", ".join(sorted(sessions.lacking))
    return Look("pooler", f"each transaction sets {lacking}" if lacking else "its sessions have our settings")


async def problems(connection: Any) -> list[str]:
    """What of the rows contradicts the rest of them, a line for each."""
    looks = [
        await _log(connection),
        await _zones(connection),
        *[_counted(subject, of, await find(connection)) for subject, of, find, _ in _FOLLOWING],
    ]
    return [f"{look.subject}: {finding.problem}" for look in looks for finding in look.findings]


async def fix(connection: Any) -> list[str]:
    """Recompute stored values that follow from other rows, while nobody writes; answers the ids of what was wrong."""
    async with connection.transaction():
        await q.lock_for_mending(connection)
        fixed = []
        for _, letter, find, put_right in _FOLLOWING:
            wrong = [row["id"] for row in await find(connection)]
            await put_right(connection, ids=wrong)
            fixed += [ids.of(letter, number) for number in wrong]
        return fixed


def _database(facts: Any) -> Look:
    findings = []
    if facts["major"] < OLDEST_POSTGRES:
        findings.append(Finding("It is too old.", f"Move to Postgres {OLDEST_POSTGRES} or newer."))
    if facts["encoding"] != "UTF8":
        findings.append(
            Finding(f"Its encoding is {facts['encoding']}.", "Export, and restore into a database with UTF8.")
        )
    if facts["is_standby"] or facts["is_read_only"]:
        findings.append(Finding("It is read-only.", "Set --database-url to the primary."))
    if (role := facts["replication_role"]) != "origin":
        advice = "Reset session_replication_role for this role and database."
        findings.append(Finding(f"No rule between rows holds, because session_replication_role is {role}.", advice))
    if not facts["is_durable"]:
        findings.append(
            Finding(
                "A power cut may destroy it.", "Set fsync and full_page_writes to on in its configuration, and reload."
            )
        )
    return Look("database", f"Postgres {facts['version']}", findings)


def _settings(replaced: Mapping[str, str]) -> Look:
    shown = ", ".join(f"{name} = {value}" for name, value in replaced.items())
    return Look("settings", f"our own, in place of {shown}" if shown else "our own")


async def _migrations(connection: Any) -> Look:
    known, found = migrations(), await applied(connection)
    findings = [Finding(f"{name} is missing.", "Run `goalroom migrate`.") for name in known if name not in found]
    findings += [Finding(f"This Goalroom doesn't know {name}.", "Update it.") for name in sorted(found - known.keys())]
    return Look("migrations", f"{len(found)} applied", findings)


async def _clock(connection: Any) -> Look:
    before = datetime.now(UTC)
    moment = (await q.database_facts(connection))["moment"]
    # What the question itself took is no difference.
    ahead = max((moment - datetime.now(UTC)).total_seconds(), (before - moment).total_seconds(), 0.0)
    findings = []
    if ahead > _CLOCKS_DIFFER_S:
        problem = f"The database's clock and this machine's are {ahead:.1f} seconds apart."
        findings.append(Finding(problem, "Let both machines follow the same time server."))
    return Look("clock", f"{ahead:.1f} s from the database's", findings)


async def _log(connection: Any) -> Look:
    findings = []
    for row in await q.broken_logs(connection):
        if row["events"] != row["numbers"]:
            gap = f"from {row['missing']} on" if row["missing"] else "at its beginning"
            problem = f"The log of room {row['name']} lacks {row['numbers'] - row['events']} events, {gap}."
        else:
            problem = f"The log of room {row['name']} ends at {row['last']}, and its counter says {row['counter']}."
        findings.append(Finding(problem, "Something else wrote to the database: restore the last backup."))
    return Look("log", "continuous" if not findings else "broken", findings)


async def _zones(connection: Any) -> Look:
    wrong = [row for row in await q.zones_of_rooms(connection) if row["timezone"] not in time_zones.names()]
    findings = [
        Finding(
            f"The zone of room {row['name']} is not of the tz database: {row['timezone']!r}.",
            "Update Goalroom's tzdata, or let an admin set another with updateRoom.",
        )
        for row in wrong
    ]
    return Look("time zones", "known" if not findings else f"{len(findings)} unknown", findings)


async def _webhooks(connection: Any) -> Look:
    """What their receivers do is nothing that is wrong here; who runs the server wants to see it all the same."""
    rows = await q.troubled_webhooks(connection)
    said = [
        f"{ids.of(ids.WEBHOOK, row['id'])} "
        + (
            f"fails, {row['failures']} times in a row"
            if row["active"]
            else "is switched off: an ADMIN resumes it with resumeWebhook"
        )
        for row in rows
    ]
    return Look("webhooks", "; ".join(said) or "all deliver")


def _counted(subject: str, letter: str, wrong: Sequence[Any]) -> Look:
    if not wrong:
        return Look(subject, "as it follows from the rest")
    named = ", ".join(ids.of(letter, row["id"]) for row in wrong[:_NAMED])
    more = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
    return Look(subject, f"{len(wrong)} wrong", [Finding(f"Not what follows from the rest: {named}{more}.", _FIX)])
