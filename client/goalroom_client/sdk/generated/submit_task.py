from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import WorkTask


class SubmitTask(BaseModel):
    submit_task: Optional["SubmitTaskSubmitTask"] = Field(alias="submitTask")


SubmitTaskSubmitTask = WorkTask
SubmitTask.model_rebuild()
