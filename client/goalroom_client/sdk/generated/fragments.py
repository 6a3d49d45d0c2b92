from datetime import datetime
from typing import Any, Optional

from .base_model import BaseModel
from .enums import EventKind, Priority, TaskStatus


class LogEvent(BaseModel):
    id: str
    cursor: str
    kind: EventKind
    at: datetime
    actor: Optional["LogEventActor"]
    task: Optional["LogEventTask"]
    objective: Optional["LogEventObjective"]
    data: Any


class LogEventActor(BaseModel):
    id: str
    name: str


class LogEventTask(BaseModel):
    id: str
    title: str
    status: TaskStatus


class LogEventObjective(BaseModel):
    id: str
    title: str


class WorkTask(BaseModel):
    id: str
    title: str
    description: str
    status: TaskStatus
    priority: Priority
    labels: list[str]
    instructions: str
    notes: str
    criteria: list["WorkTaskCriteria"]
    objective: Optional["WorkTaskObjective"]
    handoff: Optional["WorkTaskHandoff"]


class WorkTaskCriteria(BaseModel):
    id: str
    text: str
    met: bool
    evidence: str


class WorkTaskObjective(BaseModel):
    id: str
    title: str


class WorkTaskHandoff(BaseModel):
    body: str


LogEvent.model_rebuild()
WorkTask.model_rebuild()
