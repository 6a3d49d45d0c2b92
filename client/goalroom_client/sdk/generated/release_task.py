from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import WorkTask


class ReleaseTask(BaseModel):
    release_task: Optional["ReleaseTaskReleaseTask"] = Field(alias="releaseTask")


ReleaseTaskReleaseTask = WorkTask
ReleaseTask.model_rebuild()
