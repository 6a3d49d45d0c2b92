from .base_model import BaseModel


class Cursor(BaseModel):
    briefing: "CursorBriefing"


class CursorBriefing(BaseModel):
    cursor: str


Cursor.model_rebuild()
