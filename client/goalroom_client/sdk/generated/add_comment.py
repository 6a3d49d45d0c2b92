from typing import Optional

from pydantic import Field

from .base_model import BaseModel
from .enums import CommentKind


class AddComment(BaseModel):
    add_comment: Optional["AddCommentAddComment"] = Field(alias="addComment")


class AddCommentAddComment(BaseModel):
    id: str
    kind: CommentKind
    body: str


AddComment.model_rebuild()
