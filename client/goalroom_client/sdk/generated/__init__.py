from .add_comment import AddComment, AddCommentAddComment
from .async_base_client import AsyncBaseClient
from .base_model import BaseModel, Upload
from .block_task import BlockTask, BlockTaskBlockTask
from .claim_next_task import (
    ClaimNextTask,
    ClaimNextTaskClaimNextTask,
    ClaimNextTaskClaimNextTaskLease,
    ClaimNextTaskClaimNextTaskNothing,
    ClaimNextTaskClaimNextTaskTask,
)
from .client import GeneratedClient
from .complete_task import CompleteTask, CompleteTaskCompleteTask
from .cursor import Cursor, CursorBriefing
from .enums import (
    ActivityKind,
    ArtifactKind,
    CommentKind,
    EventKind,
    Priority,
    TaskStatus,
)
from .events import Events, EventsEvents, EventsEventsNodes, EventsEventsPageInfo
from .exceptions import (
    GraphQLClientError,
    GraphQLClientGraphQLError,
    GraphQLClientGraphQLMultiError,
    GraphQLClientHttpError,
    GraphQLClientInvalidResponseError,
)
from .fragments import (
    LogEvent,
    LogEventActor,
    LogEventObjective,
    LogEventTask,
    WorkTask,
    WorkTaskCriteria,
    WorkTaskHandoff,
    WorkTaskObjective,
)
from .heartbeat import Heartbeat, HeartbeatHeartbeat, HeartbeatHeartbeatLost
from .input_types import (
    AddCommentInput,
    ArtifactInput,
    BlockTaskInput,
    ClaimNextTaskInput,
    CriterionResultInput,
    HandoffInput,
    HeartbeatInput,
    ReleaseTaskInput,
    SubmitTaskInput,
    WriteNotesInput,
)
from .me import Me, MeMe
from .release_task import ReleaseTask, ReleaseTaskReleaseTask
from .rule import Rule, RuleTask, RuleTaskRoom, RuleTaskRoomSettings
from .submit_task import SubmitTask, SubmitTaskSubmitTask
from .write_notes import WriteNotes, WriteNotesWriteNotes

__all__ = [
    "ActivityKind",
    "AddComment",
    "AddCommentAddComment",
    "AddCommentInput",
    "ArtifactInput",
    "ArtifactKind",
    "AsyncBaseClient",
    "BaseModel",
    "BlockTask",
    "BlockTaskBlockTask",
    "BlockTaskInput",
    "ClaimNextTask",
    "ClaimNextTaskClaimNextTask",
    "ClaimNextTaskClaimNextTaskLease",
    "ClaimNextTaskClaimNextTaskNothing",
    "ClaimNextTaskClaimNextTaskTask",
    "ClaimNextTaskInput",
    "CommentKind",
    "CompleteTask",
    "CompleteTaskCompleteTask",
    "CriterionResultInput",
    "Cursor",
    "CursorBriefing",
    "EventKind",
    "Events",
    "EventsEvents",
    "EventsEventsNodes",
    "EventsEventsPageInfo",
    "GeneratedClient",
    "GraphQLClientError",
    "GraphQLClientGraphQLError",
    "GraphQLClientGraphQLMultiError",
    "GraphQLClientHttpError",
    "GraphQLClientInvalidResponseError",
    "HandoffInput",
    "Heartbeat",
    "HeartbeatHeartbeat",
    "HeartbeatHeartbeatLost",
    "HeartbeatInput",
    "LogEvent",
    "LogEventActor",
    "LogEventObjective",
    "LogEventTask",
    "Me",
    "MeMe",
    "Priority",
    "ReleaseTask",
    "ReleaseTaskInput",
    "ReleaseTaskReleaseTask",
    "Rule",
    "RuleTask",
    "RuleTaskRoom",
    "RuleTaskRoomSettings",
    "SubmitTask",
    "SubmitTaskInput",
    "SubmitTaskSubmitTask",
    "TaskStatus",
    "Upload",
    "WorkTask",
    "WorkTaskCriteria",
    "WorkTaskHandoff",
    "WorkTaskObjective",
    "WriteNotes",
    "WriteNotesInput",
    "WriteNotesWriteNotes",
]
