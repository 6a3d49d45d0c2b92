"""Idempotency keys: a request with a key that the caller has used before gets the first answer."""

import hashlib
import json
from typing import Any

from db.core import validation
from db.core.callers import Caller
from db.core.database import Database
from db.core.errors import IdempotencyMismatch
from db.core.queries import q, required
from db.core.transaction import Transaction

_MAX_KEY = 300
_BATCH = 1000


async def stored_answer(tx: Transaction, caller: Caller, mutation: str, key: str | None, request: object) -> Any | None:
    """What was kept for this key, or None where the request is new or has no key; IDEMPOTENCY_MISMATCH otherwise.

    A second request at the same time waits here for the first. A refused act undoes its key with all else.
    """
    if key is None:
        return None
    validation.text("idempotencyKey", key, most=_MAX_KEY, least=1)
    plain = json.dumps(request, default=str, sort_keys=True)
    input_hash = hashlib.sha256(plain.encode(errors="surrogatepass")).digest()
    place: dict[str, Any] = {"agent_id": caller.agent_id, "mutation": mutation, "key": key}
    if await q.insert_key(tx, **place, input_hash=input_hash):
        return None
    row = required(await q.read_key(tx, **place))
    if row["input_hash"] != input_hash:
        raise IdempotencyMismatch(key=key)
    return row["answer"]


async def store_answer(tx: Transaction, caller: Caller, mutation: str, key: str | None, answer: object) -> None:
    """Keep the answer for the next request with this key, if there is a key."""
    if key is not None:
        await q.keep_answer(tx, agent_id=caller.agent_id, mutation=mutation, key=key, answer=answer)


async def delete_old_keys(database: Database) -> int:
    """Delete keys of more than 48 hours ago, a batch at a time; answers how many."""
    return len(await q.forget_old_keys(database, most=_BATCH))
