"""A claim: held while its block runs, and never just dropped."""

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from goalroom_client.sdk.connection import Connection
from goalroom_client.sdk.generated.claim_next_task import ClaimNextTaskClaimNextTaskLease as Lease
from goalroom_client.sdk.generated.enums import CommentKind
from goalroom_client.sdk.generated.fragments import WorkTask
from goalroom_client.sdk.generated.input_types import (
    AddCommentInput,
    BlockTaskInput,
    HeartbeatInput,
    ReleaseTaskInput,
    SubmitTaskInput,
    WriteNotesInput,
)
from goalroom_client.sdk.refusals import NotHolder, Refused, StaleLease

# Leases are renewed well before the server's time is over.
_EARLY = 0.6
_AGAIN_S = 2.0
_LONGEST_WORDS = 2_000


class Claim:
    """A task that nobody else has; `lost` once it is no longer the caller's."""

    def __init__(self, api: Connection, session: str, task: WorkTask, lease: Lease) -> None:
        self._api, self._session = api, session
        self.task, self.lease = task, lease
        self.lost = self._ended = False
        self._beating: asyncio.Task[None] | None = None

    @property
    def id(self) -> str:
        return self.task.id

    @property
    def title(self) -> str:
        return self.task.title

    async def submit(
        self,
        summary: str,
        *,
        criteria: Mapping[str, str] | Iterable[Mapping[str, Any]] = (),
        artifacts: Iterable[Mapping[str, Any]] = (),
    ) -> WorkTask:
        """Hand it in, as the room's rule has it. `criteria`: evidence by id, or {id, met, evidence} for each."""
        results = (
            [{"id": name, "met": True, "evidence": evidence} for name, evidence in criteria.items()]
            if isinstance(criteria, Mapping)
            else [dict(one) for one in criteria]
        )
        rule = (await self._api.rule(self.id)).task
        sent = SubmitTaskInput.model_validate(
            self._held | {"summary": summary, "criteria": results, "artifacts": [dict(one) for one in artifacts]}
        )
        if rule is not None and rule.room.settings.require_review:
            done = (await self._api.submit_task(sent)).submit_task
        else:
            done = (await self._api.complete_task(sent)).complete_task
        return self._end(done)

    async def block(self, *, on: Iterable[str] = (), reason: str | None = None) -> WorkTask:
        """Wait for tasks, or for a reason: it stays the caller's, without a lease."""
        tasks = list(on)
        words = reason or f"Waits for {', '.join(tasks)}"
        sent = BlockTaskInput.model_validate(self._held | {"reason": words, "dependsOn": tasks})
        return self._end((await self._api.block_task(sent)).block_task)

    async def release(self, *, done: str, pending: str, gotchas: str | None = None) -> WorkTask:
        """Give it back, and say what the next holder must know."""
        handoff = {"done": done, "pending": pending} | ({"gotchas": gotchas} if gotchas else {})
        sent = ReleaseTaskInput.model_validate(self._held | {"handoff": handoff})
        return self._end((await self._api.release_task(sent)).release_task)

    async def progress(self, text: str) -> None:
        """A word of progress, so that the task isn't stale."""
        sent = AddCommentInput(on=self.id, body=text, kind=CommentKind.PROGRESS, idempotencyKey=f"sdk-{uuid4().hex}")
        await self._api.add_comment(sent)

    async def note(self, text: str, *, replace: bool = False) -> None:
        """What any next session must know."""
        sent = WriteNotesInput.model_validate(self._held | {"text": text, "append": not replace})
        await self._api.write_notes(sent)

    async def __aenter__(self) -> Self:
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        if self._ended or self.lost or isinstance(error, StaleLease | NotHolder):
            return
        words = f"{type(error).__name__}: {error}"[:_LONGEST_WORDS] if error else "its program left it"
        try:
            await self.release(done="Nothing was handed in.", pending=f"All of it. The work ended early: {words}")
        except (StaleLease, NotHolder):
            self.lost = True
        except Refused:
            # The reason for which the work ended is the one to tell.
            if error is None:
                raise

    @property
    def _held(self) -> dict[str, Any]:
        return {"task": self.id, "fence": self.lease.fence}

    def _end(self, task: WorkTask | None) -> WorkTask:
        assert task is not None  # noqa: S101  # what is refused was raised
        self._ended, self.task = True, task
        return task

    async def _beat(self) -> None:
        while not self._ended:
            pause = _AGAIN_S
            with suppress(Refused):
                pulse = (await self._api.heartbeat(HeartbeatInput(session=self._session))).heartbeat
                assert pulse is not None  # noqa: S101  # as above
                if any(task.id == self.id for task in pulse.lost):
                    self.lost = True
                    return
                pause = _EARLY * pulse.next_within_seconds
            await asyncio.sleep(pause)
