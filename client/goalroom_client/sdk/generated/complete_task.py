from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import WorkTask


class CompleteTask(BaseModel):
    complete_task: Optional["CompleteTaskCompleteTask"] = Field(alias="completeTask")


CompleteTaskCompleteTask = WorkTask
CompleteTask.model_rebuild()
