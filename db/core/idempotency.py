"""Idempotency keys: a request with a key that the caller has used before gets the first answer."""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import IdempotencyMismatch
from db.core.queries import q
from db.core.transaction import Transaction

_MAX_KEY = 300
_BATCH = 1000


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """An idempotency key, of one agent for one mutation."""

    agent_id: int
    mutation: str
    text: str


def key_of(caller: Caller, mutation: str, text: str | None) -> Key | None:
    """The caller's key of these words; BAD_INPUT where they are no key."""
    if text is None:
        return None
    return Key(caller.agent_id, mutation, validation.text("idempotencyKey", text, most=_MAX_KEY, least=1))


async def stored_answers(tx: Transaction, requests: Mapping[Key, object]) -> dict[Key, Any]:
    """What was kept for these keys: nothing for a new one, IDEMPOTENCY_MISMATCH for one of another request.

    A second request at the same time waits here for the first. A refused act undoes its key with all else.
    """
    keys = sorted(requests)
    hashes = {key: _hash(requests[key]) for key in keys}
    new = await q.insert_keys(tx, **_columns(keys), input_hashes=[hashes[key] for key in keys])
    known = sorted(set(keys) - {_key(row) for row in new})
    rows = await q.read_keys(tx, **_columns(known)) if known else []
    return {
        key: row["answer"] if row["input_hash"] == hashes[key] else IdempotencyMismatch(key=key.text)
        for row in rows
        for key in [_key(row)]
    }


async def store_answers(tx: Transaction, answers: Mapping[Key, object]) -> None:
    """Keep each answer for the next request with its key."""
    if answers:
        await q.keep_answers(tx, **_columns(answers), answers=list(answers.values()))


async def stored_answer(tx: Transaction, caller: Caller, mutation: str, key: str | None, request: object) -> Any | None:
    """What was kept for this key, or None where the request is new or has no key; IDEMPOTENCY_MISMATCH otherwise."""
    its_key = key_of(caller, mutation, key)
    if its_key is None:
        return None
    answer = (await stored_answers(tx, {its_key: request})).get(its_key)
    if isinstance(answer, IdempotencyMismatch):
        raise answer
    return answer


async def store_answer(tx: Transaction, caller: Caller, mutation: str, key: str | None, answer: object) -> None:
    """Keep the answer for the next request with this key, if there is a key."""
    if key is not None:
        await store_answers(tx, {Key(caller.agent_id, mutation, key): answer})


async def delete_old_keys(database: Database) -> int:
    """Delete keys of more than 48 hours ago, a batch at a time; answers how many."""
    return len(await q.forget_old_keys(database, most=_BATCH))


def _hash(request: object) -> bytes:
    plain = json.dumps(request, default=str, sort_keys=True)
    return hashlib.sha256(plain.encode(errors="surrogatepass")).digest()


def _key(row: Mapping[str, Any]) -> Key:
    return Key(row["agent_id"], row["mutation"], row["key"])


def _columns(keys: Collection[Key]) -> dict[str, Sequence[Any]]:
    return {
        "agent_ids": [key.agent_id for key in keys],
        "mutations": [key.mutation for key in keys],
        "keys": [key.text for key in keys],
    }
