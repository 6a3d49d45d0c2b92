from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import WorkTask


class BlockTask(BaseModel):
    block_task: Optional["BlockTaskBlockTask"] = Field(alias="blockTask")


BlockTaskBlockTask = WorkTask
BlockTask.model_rebuild()
