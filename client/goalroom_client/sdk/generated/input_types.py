from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import ActivityKind, ArtifactKind, CommentKind


class AddCommentInput(BaseModel):
    """A comment to write."""

    on: str
    "A task or an objective."
    body: str
    "The text; @name mentions the agent of this name."
    kind: Optional[CommentKind] = CommentKind.NOTE
    "NOTE, PROGRESS or DECISION; the server writes the other kinds."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The same key again answers with the same comment."


class ArtifactInput(BaseModel):
    """A result of a task."""

    kind: Optional[ArtifactKind] = ArtifactKind.LINK
    "What kind of artifact it is."
    url: str
    "Its address."
    title: Optional[str] = None
    "Its title."


class BlockTaskInput(BaseModel):
    """A task that can't go on."""

    task: str
    "The task."
    reason: Optional[str] = None
    "Why it can't go on."
    depends_on: Optional[list[str]] = Field(alias="dependsOn", default=None)
    "Also adds these as dependencies."
    fence: Optional[int] = None
    "The fence of the claim that the caller means; its holder may leave it out."


class ClaimNextTaskInput(BaseModel):
    """Which tasks to claim from, and for how long."""

    room: Optional[str] = None
    "The room's id or name; optional if the caller is in exactly one room."
    objective: Optional[str] = None
    "Only from this objective's subtree."
    labels: Optional[list[str]] = None
    "Only tasks that have all of these."
    session: Optional[str] = None
    "The caller's name for the process that will work on it."
    lease_seconds: Optional[int] = Field(alias="leaseSeconds", default=None)
    "1..86400; the room's when left out."
    wait_seconds: Optional[int] = Field(alias="waitSeconds", default=0)
    "0..60."
    idempotency_key: Optional[str] = Field(alias="idempotencyKey", default=None)
    "The same key again answers with the same claim while it is held, so that a retry doesn't claim twice."


class CriterionResultInput(BaseModel):
    """Whether a criterion is met."""

    id: str
    "The criterion."
    met: bool
    "Whether it is met."
    evidence: Optional[str] = None
    "How that can be seen."


class HandoffInput(BaseModel):
    """What the next holder must know."""

    done: str
    "What is done."
    pending: str
    "What is left to do."
    gotchas: Optional[str] = None
    "What to beware of."


class HeartbeatInput(BaseModel):
    """A sign of life; every field may be left out."""

    session: Optional[str] = None
    "The caller's name for this process; a new name starts a session."
    activity: Optional[ActivityKind] = None
    "What the caller is doing until its next heartbeat is due; null ends its activity. Left out, the activity stays as it is, or becomes WORKING where `note` or `task` is sent."
    note: Optional[str] = None
    "A note on the activity."
    task: Optional[str] = None
    "The task that the activity is about."
    quiet_seconds: Optional[int] = Field(alias="quietSeconds", default=None)
    "Leases last, and nothing is stale, at least this much longer."


class ReleaseTaskInput(BaseModel):
    """A task to give back."""

    task: str
    "The task."
    handoff: Optional["HandoffInput"] = None
    "What the next holder must know."
    fence: Optional[int] = None
    "The fence of the claim that the caller means; its holder may leave it out."


class SubmitTaskInput(BaseModel):
    """The result of the work on a task."""

    task: str
    "The task."
    summary: str
    "The result, in a few words."
    criteria: Optional[list["CriterionResultInput"]] = None
    "One for each criterion, in any order."
    artifacts: Optional[list["ArtifactInput"]] = None
    "Pull requests, documents, links."
    fence: Optional[int] = None
    "The fence of the claim that the caller means; its holder may leave it out."


class WriteNotesInput(BaseModel):
    """Text for the notes of a task."""

    task: str
    "The task."
    text: str
    "The text."
    append: Optional[bool] = True
    "Whether the text is added at the end of the notes, or replaces them."
    fence: Optional[int] = None
    "The fence of the claim that the caller means; its holder may leave it out."


ReleaseTaskInput.model_rebuild()
SubmitTaskInput.model_rebuild()
