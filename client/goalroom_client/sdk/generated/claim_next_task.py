from datetime import datetime
from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import WorkTask


class ClaimNextTask(BaseModel):
    claim_next_task: Optional["ClaimNextTaskClaimNextTask"] = Field(
        alias="claimNextTask"
    )


class ClaimNextTaskClaimNextTask(BaseModel):
    task: Optional["ClaimNextTaskClaimNextTaskTask"]
    lease: Optional["ClaimNextTaskClaimNextTaskLease"]
    nothing: Optional["ClaimNextTaskClaimNextTaskNothing"]


ClaimNextTaskClaimNextTaskTask = WorkTask


class ClaimNextTaskClaimNextTaskLease(BaseModel):
    fence: int
    claimed_at: datetime = Field(alias="claimedAt")
    expires_at: datetime = Field(alias="expiresAt")


class ClaimNextTaskClaimNextTaskNothing(BaseModel):
    reason: str
    retry_at: Optional[datetime] = Field(alias="retryAt")
    paused: bool


ClaimNextTask.model_rebuild()
ClaimNextTaskClaimNextTask.model_rebuild()
