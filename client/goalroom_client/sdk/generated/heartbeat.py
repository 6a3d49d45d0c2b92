from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class Heartbeat(BaseModel):
    heartbeat: Optional["HeartbeatHeartbeat"]


class HeartbeatHeartbeat(BaseModel):
    lost: list["HeartbeatHeartbeatLost"]
    next_within_seconds: int = Field(alias="nextWithinSeconds")


class HeartbeatHeartbeatLost(BaseModel):
    id: str


Heartbeat.model_rebuild()
HeartbeatHeartbeat.model_rebuild()
