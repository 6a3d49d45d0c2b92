from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .fragments import WorkTask


class WriteNotes(BaseModel):
    write_notes: Optional["WriteNotesWriteNotes"] = Field(alias="writeNotes")


WriteNotesWriteNotes = WorkTask
WriteNotes.model_rebuild()
