from typing import Optional

from pydantic import Field

from .base_model import BaseModel


class Rule(BaseModel):
    task: Optional["RuleTask"]


class RuleTask(BaseModel):
    room: "RuleTaskRoom"


class RuleTaskRoom(BaseModel):
    settings: "RuleTaskRoomSettings"


class RuleTaskRoomSettings(BaseModel):
    require_review: bool = Field(alias="requireReview")


Rule.model_rebuild()
RuleTask.model_rebuild()
RuleTaskRoom.model_rebuild()
