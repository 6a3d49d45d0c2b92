"""What the named statements take and answer, as tests/statement_types.py prints it and explains.

A row is typed as a dict of its columns, and is the driver's record: a mapping that nobody changes.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypedDict

from db.core.queries import Connection

class ActivityRow(TypedDict):
    agent_id: int
    kind: str
    note: str | None
    task_id: int | None
    since: datetime
    expires_at: datetime

class AgentRow(TypedDict):
    id: int
    name: str
    kind: str
    description: str
    capabilities: list[str]
    parent_id: int | None
    spawned_for_id: int | None
    last_seen_at: datetime | None
    created_at: datetime

class ChannelRow(TypedDict):
    id: int
    room_id: int
    name: str
    topic: str
    created_at: datetime

class CommentRow(TypedDict):
    id: int
    room_id: int
    task_id: int | None
    objective_id: int | None
    author_id: int | None
    kind: str
    body: str
    handoff_done: str | None
    handoff_pending: str | None
    handoff_gotchas: str | None
    created_at: datetime
    mentions: list[int]

class DeliveryRow(TypedDict):
    id: int
    webhook_id: int
    event_id: int | None
    attempt: int
    status: int | None
    error: str
    milliseconds: int
    at: datetime

class DependencyRow(TypedDict):
    task_id: int
    depends_on_id: int
    kind: str
    created_by_id: int
    created_at: datetime
    ends_reason: bool

class EventRow(TypedDict):
    room_id: int
    seq: int
    id: int
    kind: str
    actor_id: int | None
    task_id: int | None
    objective_id: int | None
    agent_id: int | None
    data: Any
    at: datetime
    message_id: int | None
    proposal_id: int | None

class InboxItemRow(TypedDict):
    id: int
    agent_id: int
    room_id: int
    kind: str
    summary: str
    task_id: int | None
    comment_id: int | None
    created_at: datetime
    acknowledged_at: datetime | None
    message_id: int | None
    from_id: int | None
    proposal_id: int | None

class InsightRow(TypedDict):
    id: int
    room_id: int
    title: str
    status: str
    task_id: int | None
    reason: str
    closed_at: datetime | None
    created_at: datetime

class KeyResultRow(TypedDict):
    id: int
    objective_id: int
    title: str
    unit: str
    start: float
    target: float
    current: float
    weight: float
    owner_id: int | None
    created_at: datetime
    updated_at: datetime

class MessageRow(TypedDict):
    id: int
    room_id: int
    author_id: int | None
    channel_id: int | None
    body: str
    created_at: datetime
    to_ids: list[int]
    reply_to_id: int | None
    supersedes_id: int | None
    mentions: list[int]
    unknown_mentions: list[str]
    refs: list[str]

class ObjectiveRow(TypedDict):
    id: int
    room_id: int
    parent_id: int | None
    title: str
    description: str
    status: str
    in_draft: bool
    owner_id: int | None
    weight: float
    standing: bool
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
    archived_at: datetime | None
    brought_back_at: datetime | None

class ProposalRow(TypedDict):
    id: int
    room_id: int
    kind: str
    author_id: int
    title: str
    body: str
    options: list[str]
    quorum: int
    status: str
    outcome: str | None
    by_default: bool
    default_option: str | None
    escalates_id: int | None
    changed: bool
    closes_at: datetime | None
    remind_at: datetime | None
    created_at: datetime
    closed_at: datetime | None

class ProposalVoterRow(TypedDict):
    proposal_id: int
    agent_id: int

class ReflectionRow(TypedDict):
    id: int
    room_id: int
    author_id: int
    family_id: int
    task_id: int | None
    insight_id: int | None
    worked: str
    did_not_work: str
    change: str
    tags: list[str]
    lexemes: list[str]
    created_at: datetime

class RequirementRow(TypedDict):
    id: int
    capabilities: list[str]
    resources: list[int]

class ResourceRow(TypedDict):
    id: int
    room_id: int
    name: str
    capacity: int | None
    in_use: int
    breaker: str
    failures: int
    failure_threshold: int
    cooldown_seconds: int
    opened_at: datetime | None
    last_detail: str
    probe_task_id: int | None
    available: bool
    created_at: datetime

class ReviewRow(TypedDict):
    id: int
    task_id: int
    submission: int
    author_id: int
    reviewer_id: int
    verdict: str
    comment: str
    created_at: datetime

class RoomRow(TypedDict):
    id: int
    name: str
    title: str
    require_done_criteria: bool
    require_review: bool
    require_handoff: bool
    wip_limit: int | None
    lease_seconds: int
    idle_after_seconds: int
    offline_after_seconds: int
    stale_after_seconds: int
    reclaim_after_seconds: int | None
    max_attempts: int | None
    digest_every_seconds: int | None
    archive_after_seconds: int | None
    paused: bool
    created_at: datetime
    digested_at: datetime | None
    digest_at: str | None
    timezone: str
    daily_digest_due_at: datetime | None
    daily_digested_at: datetime | None
    require_reflection: bool
    keep_events_seconds: int | None
    archived_at: datetime | None

class RoomMemberRow(TypedDict):
    room_id: int
    agent_id: int
    presence: str

class ScheduleRow(TypedDict):
    id: int
    room_id: int
    creator_id: int
    cron: str
    timezone: str
    skip_while_open: bool
    template: Any
    next_at: datetime | None
    last_task_id: int | None
    missed: int
    created_at: datetime

class SessionRow(TypedDict):
    id: int
    agent_id: int
    label: str
    started_at: datetime
    last_seen_at: datetime
    last_beat_at: datetime | None

class TaskRow(TypedDict):
    id: int
    room_id: int
    objective_id: int | None
    parent_id: int | None
    title: str
    description: str
    status: str
    priority: int
    labels: list[str]
    requirement_id: int
    track: str | None
    track_order: int | None
    creator_id: int
    assignee_id: int | None
    reviewer_id: int | None
    instructions: str
    notes: str
    result: str
    blocked_reason: str | None
    reason_ends: bool
    not_before: datetime | None
    due_at: datetime | None
    estimate_minutes: int | None
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    last_progress_at: datetime | None
    quiet_until: datetime | None
    attempts: int
    fence: int
    session_id: int | None
    claimed_at: datetime | None
    lease_seconds: int | None
    lease_expires_at: datetime | None
    open_dependencies: int
    waits_for_track: bool
    waits_for_criteria: bool
    waits_for_objective: bool
    waits_for_schedule: bool
    waited_by: int
    submissions: int
    submitted_by_id: int | None
    submitted_at: datetime | None
    reviewer_volunteered: bool
    review_taken_at: datetime | None
    stale_since: datetime | None
    ready_notice_due: bool
    role: str
    open_proposals: int
    reason_stands: bool
    ready: bool

class VoteRow(TypedDict):
    proposal_id: int
    agent_id: int
    option: str
    note: str
    at: datetime

class WebhookRow(TypedDict):
    id: int
    room_id: int
    url: str
    secret: str
    kinds: list[str]
    labels: list[str]
    active: bool
    settled_seq: int
    begun_seq: int | None
    body: str | None
    attempts: int
    steps: int
    next_attempt_at: datetime | None
    failures: int
    failing_since: datetime | None
    last_status: int | None
    last_delivered_at: datetime | None
    tests: int
    tested_at: datetime | None
    run: int
    holder: str | None
    held_until: datetime | None
    created_at: datetime

class ActivitiesOfRoomsRow(ActivityRow):
    room_id: int

class AgentsWithoutTokensRow(TypedDict):
    agent_id: int

class AncestorsOfRow(ObjectiveRow):
    asked: int

class AppliedMigrationsRow(TypedDict):
    name: str

class ApplyCriteriaRuleRow(TaskRow):
    was_ready: bool

class ArchiveObjectivesRow(TypedDict):
    id: int

class ArtifactsOfRow(TypedDict):
    task_id: int
    kind: str
    url: str
    title: str

class BeatRow(SessionRow):
    position: int
    news_since: datetime
    renewed: list[int]
    away: bool

class BriefingTasksRow(TaskRow):
    at: datetime
    seq: int
    list: str | None
    total: int | None
    place: int | None
    turn: int | None
    reviewer: str | None
    submitted_by: str | None
    handoff: str | None
    criteria: Any
    epoch: int

class BringBackObjectivesRow(TypedDict):
    id: int

class BrokenLogsRow(TypedDict):
    name: str
    counter: int | None
    last: int
    numbers: int
    events: int
    missing: int | None

class BurnUpOfObjectivesRow(TypedDict):
    position: int
    at: datetime
    tasks: int
    done: int

class CallerByTokenIdRow(TypedDict):
    token_id: int
    token_expires_at: datetime | None
    role: str
    id: int
    name: str
    kind: str
    capabilities: list[str]
    rooms: list[int]
    archived_rooms: list[int]
    unseen: bool

class CallerOfAgentRow(TypedDict):
    token_id: int
    token_expires_at: datetime | None
    role: str
    id: int
    name: str
    kind: str
    capabilities: list[str]
    rooms: list[int]
    archived_rooms: list[int]
    unseen: bool

class CallersByTokensRow(AgentRow):
    hash: bytes
    token_id: int
    token_expires_at: datetime | None
    role: str
    rooms: list[int]
    archived_rooms: list[int]
    unseen: bool

class CallersConnectedRow(TypedDict):
    hash: bytes
    token_id: int
    token_expires_at: datetime | None
    role: str
    id: int
    name: str
    kind: str
    capabilities: list[str]
    rooms: list[int]
    archived_rooms: list[int]
    unseen: bool

class CancelLockWaitsRow(TypedDict):
    pg_cancel_backend: bool

class CancelObjectivesRow(TypedDict):
    id: int

class CapabilitiesOfSetsRow(TypedDict):
    id: int
    capabilities: list[str]

class ChangedSinceAskedRow(TypedDict):
    id: int
    changed: bool

class ChildObjectivesRow(ObjectiveRow):
    position: int

class ClaimNextRow(TaskRow):
    number: int
    log_end: int

class ClaimNextReviewRow(TaskRow):
    reviewer_before: int | None
    assignee_name: str | None

class ClearSchedulesRow(TaskRow):
    was_ready: bool

class CloseExpiredTokensRow(TypedDict):
    agent_id: int

class ColumnsRow(TypedDict):
    name: str

class ComeOnlineRow(RoomMemberRow):
    previous: str

class CommentsBackwardRow(CommentRow):
    position: int

class CommentsForwardRow(CommentRow):
    position: int

class CompleteTasksRow(TaskRow):
    comment_id: int
    has_subagents: bool
    has_older_artifacts: bool

class CountChildObjectivesRow(TypedDict):
    position: int
    children: int

class CountCommentsRow(TypedDict):
    position: int
    comments: int

class CountMessagesRow(TypedDict):
    position: int
    messages: int

class CountProposalsRow(TypedDict):
    position: int
    proposals: int

class CountTasksOfObjectivesRow(TypedDict):
    position: int
    tasks: int

class CountTasksOfRoomsRow(TypedDict):
    position: int
    tasks: int

class CountTasksWithWordsRow(TypedDict):
    position: int
    tasks: int

class CountVotesRow(TypedDict):
    option: str
    votes: int

class CriteriaOfRow(TypedDict):
    id: int
    task_id: int
    text: str
    met: bool
    evidence: str
    accepted: bool | None
    verdict_note: str

class CriteriaOfTasksRow(TypedDict):
    id: int
    task_id: int
    text: str
    met: bool
    evidence: str
    accepted: bool | None
    verdict_note: str

class DatabaseFactsRow(TypedDict):
    version: str
    major: int
    encoding: str
    is_standby: bool
    is_durable: bool
    is_read_only: bool
    replication_role: str
    moment: datetime

class DeleteEndedSessionsRow(TypedDict):
    id: int

class DeleteExpiredMemoriesRow(TypedDict):
    pass

class DeleteFadedActivitiesRow(TypedDict):
    agent_id: int

class DeleteMemoryRow(TypedDict):
    live: bool

class DeleteOldDeliveriesRow(TypedDict):
    id: int

class DeleteOldTokensRow(TypedDict):
    id: int

class DeliveriesOfWebhooksRow(DeliveryRow):
    position: int

class DependenciesOfRow(DependencyRow):
    open: bool

class DependencyOfRow(DependencyRow):
    open: bool

class DependentsOfRow(DependencyRow):
    open: bool

class DigestAgentsRow(AgentRow):
    position: int

class DigestBlockedRow(TaskRow):
    position: int
    at: datetime
    whose_id: int | None
    reason: str | None
    total: int
    blockers: list[int]

class DigestCompletedRow(TaskRow):
    position: int
    at: datetime
    total: int
    whose_id: int | None

class DigestDecidedRow(ProposalRow):
    position: int
    at: datetime
    total: int

class DigestFinishedRow(ObjectiveRow):
    position: int
    at: datetime
    total: int

class DigestInReviewRow(TaskRow):
    position: int
    at: datetime | None
    whose_id: int | None
    total: int

class DigestOpenProposalsRow(ProposalRow):
    position: int
    waiting: int
    total: int

class DigestReclaimedRow(TaskRow):
    position: int
    at: datetime
    whose_id: int | None
    reason: str | None
    total: int

class DigestStaleRow(TaskRow):
    position: int
    at: datetime | None
    whose_id: int | None
    total: int

class DigestWebhooksOffRow(WebhookRow):
    position: int
    total: int

class DueForArchiveRow(TypedDict):
    id: int

class EndBrowserSessionsRow(TypedDict):
    id: int

class EndOldBrowserSessionsRow(TypedDict):
    id: int

class EndWaitsForRow(TaskRow):
    was_ready: bool
    was_status: str
    is_held: bool
    resumes: bool

class EventsAfterRow(EventRow):
    epoch: int
    present_epoch: int

class EventsByIdsRow(EventRow):
    epoch: int

class ExportLinesRow(TypedDict):
    pass

class FactsOfEventRow(TypedDict):
    room: str
    actor: str | None
    title: str | None
    status: str | None
    labels: list[str] | None
    assignee_id: int | None
    assignee: str | None
    objective: str | None

class FindResourcesRow(TypedDict):
    reference: str
    id: int | None

class FinishedAmongRow(TypedDict):
    id: int

class FlowOfRoomsRow(TypedDict):
    position: int
    begins: datetime
    ends: datetime
    created: int
    done: int
    in_progress: int
    cycle_seconds: float | None

class ForgetOldKeysRow(TypedDict):
    pass

class GiveBackReviewsRow(TypedDict):
    id: int
    room_id: int
    objective_id: int | None
    assignee: str

class GoodTokensRow(TypedDict):
    id: int
    agent_id: int
    agent: str
    role: str
    label: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    is_browser_session: bool

class HeldCountsRow(TypedDict):
    agent_id: int | None
    tasks: int

class HeldTasksOfRoomRow(TypedDict):
    id: int

class HistoriesRow(EventRow):
    position: int
    epoch: int

class HoldWebhooksRow(TypedDict):
    id: int
    run: int

class HoldersWhoLeftRow(TypedDict):
    agent_id: int
    room_id: int | None

class ImportAgentsRow(TypedDict):
    id: int

class ImportCommentsRow(TypedDict):
    id: int
    task_id: int | None
    objective_id: int | None

class ImportDependenciesRow(TypedDict):
    task_id: int
    depends_on_id: int
    kind: str

class ImportMembersRow(TypedDict):
    agent_id: int

class ImportedMemoriesRow(TypedDict):
    ref: str
    placed: Any

class ImportedObjectiveValuesRow(TypedDict):
    id: int
    parent_id: int | None
    title: str
    description: str
    status: str
    due_at: datetime | None
    owner: str | None
    keeps_status: bool

class ImportedObjectivesRow(TypedDict):
    ref: str
    id: int
    in_draft: bool
    cancelled: bool

class ImportedTaskValuesRow(TypedDict):
    id: int
    objective_id: int | None
    parent_id: int | None
    title: str
    description: str
    status: str
    result: str
    blocked_reason: str | None
    priority: int
    labels: list[str]
    notes: str
    estimate_minutes: int | None
    not_before: datetime | None
    due_at: datetime | None
    assignee: str | None
    criteria: list[str]
    met: list[bool]

class ImportedTasksRow(TypedDict):
    ref: str
    id: int
    objective_id: int | None
    open: bool

class InsertKeysRow(TypedDict):
    agent_id: int
    mutation: str
    key: str

class InsightsByIdsRow(InsightRow):
    score: float
    rank: float

class InsightsFoundRow(InsightRow):
    position: int
    score: float
    rank: float
    total: int

class InsightsOfRoomRow(InsightRow):
    score: float
    rank: float

class InternRequirementsRow(TypedDict):
    position: int
    id: int
    new: bool

class JoinRoomsRow(TypedDict):
    room_id: int

class KeepAgentsAliveRow(TypedDict):
    agent_id: int

class KeyResultByIdRow(KeyResultRow):
    room_id: int

class KeyResultsByIdsRow(KeyResultRow):
    room_id: int

class KeyResultsOfRoomRow(TypedDict):
    id: int

class KeyResultsOfTasksRow(KeyResultRow):
    task_id: int

class LackingForReadyRow(TypedDict):
    capability: str

class LackingSettingsRow(TypedDict):
    name: str
    value: str

class LatestHandoffsRow(TypedDict):
    id: int
    room_id: int
    task_id: int
    objective_id: int | None
    author_id: int | None
    kind: str
    body: str
    handoff_done: str | None
    handoff_pending: str | None
    handoff_gotchas: str | None
    created_at: datetime
    mentions: list[int]

class LeaveOtherRoomsRow(TypedDict):
    room_id: int
    presence: str

class ListMemoriesRow(TypedDict):
    scope: str
    key: str
    value: Any
    version: int
    author_id: int
    updated_at: datetime
    expires_at: datetime | None

class ListTasksOfObjectivesRow(TaskRow):
    position: int

class ListTasksOfRoomsRow(TaskRow):
    position: int

class ListTasksWithWordsRow(TaskRow):
    position: int

class LockCooledResourcesRow(ResourceRow):
    moment: datetime

class LockDueScheduleRow(ScheduleRow):
    moment: datetime

class LockLogToShortenRow(TypedDict):
    room_id: int
    oldest: int

class LockProposalRow(ProposalRow):
    is_over: bool

class LockResourcesRow(ResourceRow):
    moment: datetime

class LockRoomDueForDigestRow(RoomRow):
    daily_is_due: bool

class LockScheduleRow(ScheduleRow):
    moment: datetime

class LockTaskRow(TaskRow):
    assignee_name: str | None
    lease_runs: bool

class LockTasksRow(TypedDict):
    id: int

class LockTasksToEndRow(TaskRow):
    assignee_name: str | None
    lease_runs: bool
    criteria: Any
    open_subtasks: Any
    has_blockers: bool
    has_dependents: bool
    has_subagents: bool

class LockUptimeRow(TypedDict):
    alive_at: datetime
    silent_seconds: float

class LockWebhookToFailRow(WebhookRow):
    moment: datetime

class LockWebhooksOfRoomRow(TypedDict):
    id: int

class LogBackwardRow(EventRow):
    epoch: int

class LogExtentsRow(TypedDict):
    room_id: int
    oldest: int
    seq: int
    epoch: int
    is_left: bool
    earlier: Any

class LogForwardRow(EventRow):
    epoch: int

class LookUpTasksWithWordsRow(TypedDict):
    position: int
    documents: int
    task_ids: list[int] | None

class MarkStaleRow(TaskRow):
    since: datetime
    reclaim_after_seconds: int | None
    holder: str

class MembersByNamesRow(TypedDict):
    id: int
    name: str

class MembersOfRoomsRow(AgentRow):
    room_id: int

class MemoryByKeyRow(TypedDict):
    scope: str
    key: str
    value: Any
    version: int
    author_id: int
    updated_at: datetime
    expires_at: datetime | None

class MessagesBackwardRow(MessageRow):
    position: int
    seq: int
    epoch: int

class MessagesForwardRow(MessageRow):
    position: int
    seq: int
    epoch: int

class MessagesSupersedingRow(TypedDict):
    id: int
    room_id: int
    author_id: int | None
    channel_id: int | None
    body: str
    created_at: datetime
    to_ids: list[int]
    reply_to_id: int | None
    supersedes_id: int
    mentions: list[int]
    unknown_mentions: list[str]
    refs: list[str]

class NewestItemsRow(TypedDict):
    agent_id: int
    id: int | None

class NewsSinceBeatsRow(TaskRow):
    position: int
    unacknowledged: int
    idle_after: int | None
    news: str | None

class ObjectivesBelowRow(TypedDict):
    id: int

class ObjectivesUpWithPartsRow(ObjectiveRow):
    has_part: bool
    has_open_work: bool
    has_open_key_result: bool

class OfferedTasksRow(TaskRow):
    turn: int

class OpenBlockersRow(TypedDict):
    task_id: int
    id: int
    title: str

class OpenInSubtreeRow(TypedDict):
    letter: str
    id: int

class OperatingFactsRow(TypedDict):
    leases_running: int
    leases_expired: int
    oldest_transaction_seconds: float

class OperatorsSettingsRow(TypedDict):
    name: str
    setting: str

class OverdueProposalsRow(TypedDict):
    id: int

class PartsOfTreesRow(TypedDict):
    id: int | None
    parent_id: int | None
    status: str | None
    weight: float
    number: int | None
    progress: float | None
    total: int | None
    todo: int | None
    ready: int | None
    doing: int | None
    blocked: int | None
    validating: int | None
    done: int | None
    cancelled: int | None
    stale: int | None
    start: float | None
    target: float | None
    current: float | None

class PresenceThresholdsRow(TypedDict):
    agent_id: int
    room_id: int | None
    idle_after_seconds: int | None
    offline_after_seconds: int | None
    now: datetime

class ProposalsOfTasksRow(ProposalRow):
    task_id: int

class ProposalsPageRow(ProposalRow):
    position: int

class ProposalsToAnswerRow(ProposalRow):
    author: str
    waiting: int
    total: int

class ReadKeysRow(TypedDict):
    agent_id: int
    mutation: str
    key: str
    input_hash: bytes
    answer: Any

class RecountRow(TaskRow):
    was_ready: bool
    resumes: bool
    reason_over: bool

class ReflectionsLikeRow(TypedDict):
    id: int
    family_id: int
    insight_id: int | None
    status: str | None
    promoted_to: int | None
    fit: float
    shared: list[str]

class ReleaseOwnedRow(TaskRow):
    was_held: bool
    owner_id: int | None

class RemoveDependenciesRow(TypedDict):
    task_id: int
    depends_on_id: int
    kind: str

class RequirementsByIdsRow(TypedDict):
    id: int
    resources: list[int]

class ReserveObjectiveIdsRow(TypedDict):
    id: int

class ReserveTaskIdsRow(TypedDict):
    id: int

class ResourcesOfRequirementsRow(ResourceRow):
    requirement_id: int

class RevokeSubagentTokensRow(TypedDict):
    agent_id: int

class RevokeTokensRow(TypedDict):
    id: int
    signed_in_with_id: int | None

class RoomObjectiveParentsRow(TypedDict):
    id: int
    parent_id: int

class RoomTaskIdsRow(TypedDict):
    id: int

class RoomTracksRow(TypedDict):
    objective_id: int | None
    track: str | None

class RoomsBehindTheClockRow(TypedDict):
    room_id: int

class RoomsDueForArchiveRow(TypedDict):
    room_id: int

class RoomsOfAgentsRow(RoomRow):
    agent_id: int

class SearchMemoriesRow(TypedDict):
    scope: str
    key: str
    value: Any
    version: int
    author_id: int
    updated_at: datetime
    expires_at: datetime | None

class SearchRoomRow(TypedDict):
    letter: str
    id: int
    position: int
    rank: float

class SendMessagesRow(MessageRow):
    position: int
    log_end: int

class SetDraftsRow(TaskRow):
    was_ready: bool

class SettleClearedRow(TypedDict):
    id: int
    title: str
    room_id: int
    objective_id: int | None
    assignee_id: int | None
    status: str
    startable: bool

class SettleDraftsRow(TypedDict):
    id: int
    in_draft: bool

class SettlePresenceRow(RoomMemberRow):
    previous: str

class SettleTrackRow(TaskRow):
    was_ready: bool

class SettledProposalsRow(TypedDict):
    id: int

class ShiftDependentsRow(TaskRow):
    was_ready: bool
    resumes: bool
    reason_over: bool

class StartableTasksRow(TypedDict):
    id: int

class StartableWithRow(TypedDict):
    id: int
    title: str
    room_id: int
    objective_id: int | None
    assignee_id: int | None
    told: bool

class StartedDependentsRow(TypedDict):
    id: int
    title: str
    room_id: int
    assignee_id: int | None

class SubmitTaskRow(TaskRow):
    comment_id: int

class SubtreeKeysRow(TypedDict):
    asked: int
    id: int

class SubtreeRowsRow(ObjectiveRow):
    asked: int

class TakeBackExpiredRow(TaskRow):
    holder_id: int | None
    reason: str
    holder: str

class TakeLoginTicketRow(TypedDict):
    token_id: int
    agent_id: int

class TakeReadyNoticesRow(TypedDict):
    id: int

class TaskCountsOfRoomsRow(TypedDict):
    id: int
    total: int
    todo: int
    doing: int
    blocked: int
    validating: int
    done: int
    cancelled: int
    ready: int
    stale: int

class TasksOfProposalsRow(TaskRow):
    proposal_id: int

class TasksWithinRow(TypedDict):
    objective_id: int
    task_id: int
    open: bool

class ThingsByIdsRow(TypedDict):
    letter: str
    id: int

class ThingsNamedRow(TypedDict):
    letter: str
    id: int

class TokenOwnerRow(TypedDict):
    id: int
    agent_id: int

class TokensOfAgentsRow(TypedDict):
    id: int
    agent_id: int
    agent: str
    role: str
    label: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None
    is_browser_session: bool

class TroubledWebhooksRow(TypedDict):
    id: int
    active: bool
    failures: int

class UnacknowledgedByUrgencyRow(InboxItemRow):
    author: str | None
    by_person: bool
    total: int
    place: int
    words: str | None

class UnblocksOfRow(TypedDict):
    asked: int
    tasks: int

class UnfinishedSubtasksRow(TypedDict):
    task_id: int | None
    id: int
    title: str

class UnfinishedTasksRow(TypedDict):
    id: int

class VotersOfProposalsRow(AgentRow):
    proposal_id: int

class WaitingTasksRow(TypedDict):
    task_id: int

class WaitsOfTasksRow(TypedDict):
    task_id: int
    kind: str
    other_id: int | None
    title: str | None
    until: datetime | None
    id: int | None
    room_id: int | None
    name: str | None
    capacity: int | None
    in_use: int | None
    breaker: str | None
    failures: int | None
    failure_threshold: int | None
    cooldown_seconds: int | None
    opened_at: datetime | None
    last_detail: str | None
    probe_task_id: int | None
    available: bool | None
    created_at: datetime | None

class WaitsReachedFromRow(TypedDict):
    task_id: int
    on_id: int

class WebhookToDeliverRow(WebhookRow):
    wait_seconds: float | None

class WhyNothingRow(TypedDict):
    todo: int
    waiting: int
    need_criteria: int
    assigned_to_others: int
    retry_at: datetime | None

class WithdrawReviewerRow(TaskRow):
    assignee_name: str | None

class WriteMemoryRow(TypedDict):
    scope: str
    key: str
    value: Any
    version: int
    author_id: int
    updated_at: datetime
    expires_at: datetime | None

class WrongCountsRow(TypedDict):
    id: int

class WrongDraftsRow(TypedDict):
    id: int

class WrongUseRow(TypedDict):
    id: int

class WrongWaitsRow(TypedDict):
    id: int

class ZonesOfRoomsRow(TypedDict):
    name: str
    timezone: str

class Statements:
    available_queries: Collection[str]
    async def accept_criteria(self, on: Connection, /, *, criterion_ids: Collection[int | None], accepted: Collection[bool | None] | None, notes: Collection[str | None]) -> str: ...
    async def acknowledge_items(self, on: Connection, /, *, agent_id: int, room_ids: Collection[int | None] | None, item_ids: Collection[int | None] | None, up_to: int | None, from_id: int | None) -> int: ...
    async def acknowledge_proposal(self, on: Connection, /, *, proposal_id: int | None, agent_id: int | None) -> str: ...
    async def activities_of_agents(self, on: Connection, /, *, agent_ids: Collection[int | None]) -> list[ActivityRow]: ...
    async def activities_of_rooms(self, on: Connection, /, *, room_ids: Collection[int | None]) -> list[ActivitiesOfRoomsRow]: ...
    async def add_inbox_items(self, on: Connection, /, *, agent_ids: Collection[int | None], room_ids: Collection[int | None], kinds: Collection[str | None], summaries: Collection[str | None], sender_ids: Collection[int | None], task_ids: Collection[int | None], comment_ids: Collection[int | None], message_ids: Collection[int | None], proposal_ids: Collection[int | None]) -> str: ...
    async def add_login_ticket(self, on: Connection, /, *, hash: bytes, token_id: int, seconds: float) -> str: ...
    async def admins_of_room(self, on: Connection, /, *, room_id: int) -> list[AgentRow]: ...
    async def agent_by_id(self, on: Connection, /, *, agent_id: int) -> AgentRow | None: ...
    async def agent_by_name(self, on: Connection, /, *, name: str) -> AgentRow | None: ...
    async def agents_by_ids(self, on: Connection, /, *, agent_ids: Collection[int | None]) -> list[AgentRow]: ...
    async def agents_by_names(self, on: Connection, /, *, names: Collection[str | None]) -> list[AgentRow]: ...
    async def agents_without_tokens(self, on: Connection, /, *, agent_ids: Collection[int | None]) -> list[AgentsWithoutTokensRow]: ...
    async def all_items(self, on: Connection, /, *, agent_id: int, after: int, room_ids: Collection[int | None] | None, kinds: Collection[str | None] | None, most: int) -> list[InboxItemRow]: ...
    async def allow_writing(self, on: Connection, /) -> str: ...
    async def analyze(self, on: Connection, /) -> str: ...
    async def analyze_imported(self, on: Connection, /) -> str: ...
    async def ancestors_of(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[AncestorsOfRow]: ...
    async def append_events(self, on: Connection, /, *, events: object, tasks: int, done: int, cancelled: int, room_id: int) -> int | None: ...
    async def applied_migrations(self, on: Connection, /) -> list[AppliedMigrationsRow]: ...
    async def apply_criteria_rule(self, on: Connection, /, *, required: bool, room_id: int) -> list[ApplyCriteriaRuleRow]: ...
    async def approve_task(self, on: Connection, /, *, reviewer_id: int | None, task_id: int) -> TaskRow | None: ...
    async def archive_objectives(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[ArchiveObjectivesRow]: ...
    async def artifacts_of(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[ArtifactsOfRow]: ...
    async def assign_task(self, on: Connection, /, *, assignee_id: int | None, reviewer_id: int | None, role: str, instructions: str, names_reviewer: bool, moves: bool, task_id: int) -> TaskRow | None: ...
    async def beat(self, on: Connection, /, *, beats: object, most: int) -> list[BeatRow]: ...
    async def begin_attempt(self, on: Connection, /, *, seq: int, body: str | None, webhook_id: int, holder: str | None, run: int) -> int | None: ...
    async def begin_browser_session(self, on: Connection, /, *, hash: bytes, label: str, token_id: int) -> int | None: ...
    async def begin_epoch(self, on: Connection, /) -> str: ...
    async def begin_test(self, on: Connection, /, *, webhook_id: int) -> WebhookRow | None: ...
    async def block_task(self, on: Connection, /, *, reason: str | None, reason_ends: bool, task_id: int) -> TaskRow | None: ...
    async def briefing_tasks(self, on: Connection, /, *, agent_id: int, room_id: int, most: int) -> list[BriefingTasksRow]: ...
    async def bring_back_objectives(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[BringBackObjectivesRow]: ...
    async def broken_logs(self, on: Connection, /) -> list[BrokenLogsRow]: ...
    async def burn_up_of_objectives(self, on: Connection, /, *, objective_ids: Collection[int | None], points: Collection[int | None]) -> list[BurnUpOfObjectivesRow]: ...
    async def caller_by_token_id(self, on: Connection, /, *, token_id: int) -> CallerByTokenIdRow | None: ...
    async def caller_of_agent(self, on: Connection, /, *, agent_id: int) -> CallerOfAgentRow | None: ...
    async def callers_by_tokens(self, on: Connection, /, *, hashes: Collection[bytes | None]) -> list[CallersByTokensRow]: ...
    async def callers_connected(self, on: Connection, /, *, hashes: Collection[bytes | None]) -> list[CallersConnectedRow]: ...
    async def cancel_lock_waits(self, on: Connection, /, *, backends: Collection[int | None], names: Collection[str | None], seconds: int) -> list[CancelLockWaitsRow]: ...
    async def cancel_objectives(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[CancelObjectivesRow]: ...
    async def cancel_task(self, on: Connection, /, *, task_id: int) -> TaskRow | None: ...
    async def candidates_left(self, on: Connection, /, *, room_id: int, agent_id: int, objectives: Collection[int | None] | None, labels: Collection[str | None] | None) -> bool: ...
    async def capabilities_of_sets(self, on: Connection, /, *, set_ids: Collection[int | None]) -> list[CapabilitiesOfSetsRow]: ...
    async def cast_vote(self, on: Connection, /, *, proposal_id: int, agent_id: int, option: str, note: str) -> str: ...
    async def change_agent(self, on: Connection, /, *, changes: object, agent_id: int) -> AgentRow | None: ...
    async def change_imported_objectives(self, on: Connection, /, *, changes: object) -> str: ...
    async def change_imported_tasks(self, on: Connection, /, *, changes: object) -> list[TaskRow]: ...
    async def change_room(self, on: Connection, /, *, changes: object, room_id: int) -> RoomRow | None: ...
    async def changed_since_asked(self, on: Connection, /, *, proposal_ids: Collection[int | None]) -> list[ChangedSinceAskedRow]: ...
    async def channel_by_name(self, on: Connection, /, *, room_id: int, name: str) -> ChannelRow | None: ...
    async def channels_by_ids(self, on: Connection, /, *, channel_ids: Collection[int | None]) -> list[ChannelRow]: ...
    async def channels_of_rooms(self, on: Connection, /, *, room_ids: Collection[int | None]) -> list[ChannelRow]: ...
    async def check_references(self, on: Connection, /) -> str: ...
    async def child_objectives(self, on: Connection, /, *, room_ids: Collection[int | None], parent_ids: Collection[int | None], after_times: Collection[datetime | None], after_ids: Collection[int | None], most: int, archived: bool) -> list[ChildObjectivesRow]: ...
    async def claim_next(self, on: Connection, /, *, agent_ids: Collection[int | None], session_ids: Collection[int | None], lease_seconds: Collection[int | None] | None, room_id: int, objectives: Collection[int | None] | None, labels: Collection[str | None] | None, wide: bool, logged: bool) -> list[ClaimNextRow]: ...
    async def claim_next_review(self, on: Connection, /, *, agent_id: int, room_id: int) -> ClaimNextReviewRow | None: ...
    async def claim_task(self, on: Connection, /, *, agent_id: int, session_id: int | None, lease_seconds: int | None, task_id: int) -> TaskRow | None: ...
    async def clear(self, on: Connection, /) -> str: ...
    async def clear_marks(self, on: Connection, /, *, room_id: int) -> str: ...
    async def clear_schedules(self, on: Connection, /, *, most: int) -> list[ClearSchedulesRow]: ...
    async def close_expired_tokens(self, on: Connection, /, *, most: int) -> list[CloseExpiredTokensRow]: ...
    async def close_if_decided(self, on: Connection, /, *, proposal_id: int) -> ProposalRow | None: ...
    async def close_insight(self, on: Connection, /, *, status: str, task_id: int | None, reason: str, insight_id: int) -> str: ...
    async def close_withdrawn(self, on: Connection, /, *, proposal_id: int) -> ProposalRow | None: ...
    async def columns(self, on: Connection, /, *, of_table: str) -> list[ColumnsRow]: ...
    async def come_online(self, on: Connection, /, *, agent_id: int) -> list[ComeOnlineRow]: ...
    async def comment_by_id(self, on: Connection, /, *, comment_id: int) -> CommentRow | None: ...
    async def comments_backward(self, on: Connection, /, *, task_ids: Collection[int | None], objective_ids: Collection[int | None], before_times: Collection[datetime | None], before_ids: Collection[int | None], kinds: Collection[str | None] | None, most: int) -> list[CommentsBackwardRow]: ...
    async def comments_by_ids(self, on: Connection, /, *, comment_ids: Collection[int | None]) -> list[CommentRow]: ...
    async def comments_forward(self, on: Connection, /, *, task_ids: Collection[int | None], objective_ids: Collection[int | None], after_times: Collection[datetime | None], after_ids: Collection[int | None], kinds: Collection[str | None] | None, most: int) -> list[CommentsForwardRow]: ...
    async def complete_tasks(self, on: Connection, /, *, task_ids: Collection[int | None], author_ids: Collection[int | None], results: Collection[str | None], mention_tasks: Collection[int | None], mentioned: Collection[int | None], artifact_tasks: Collection[int | None], kinds: Collection[str | None], urls: Collection[str | None], titles: Collection[str | None], criterion_ids: Collection[int | None], evidence: Collection[str | None]) -> list[CompleteTasksRow]: ...
    async def continue_ids(self, on: Connection, /) -> str: ...
    async def count_channels(self, on: Connection, /, *, room_id: int) -> int: ...
    async def count_child_objectives(self, on: Connection, /, *, archived: bool, room_ids: Collection[int | None], parent_ids: Collection[int | None]) -> list[CountChildObjectivesRow]: ...
    async def count_comments(self, on: Connection, /, *, kinds: Collection[str | None] | None, task_ids: Collection[int | None], objective_ids: Collection[int | None]) -> list[CountCommentsRow]: ...
    async def count_insights(self, on: Connection, /, *, room_id: int, status: str | None) -> int: ...
    async def count_items(self, on: Connection, /, *, agent_id: int, kinds: Collection[str | None] | None, room_ids: Collection[int | None] | None, unacknowledged: bool) -> int: ...
    async def count_live_subagents(self, on: Connection, /, *, agent_id: int) -> int: ...
    async def count_messages(self, on: Connection, /, *, agent_id: int, room_ids: Collection[int | None], channels: Collection[str | None], threads: Collection[str | None]) -> list[CountMessagesRow]: ...
    async def count_proposals(self, on: Connection, /, *, room_ids: Collection[int | None], opens: Collection[bool | None]) -> list[CountProposalsRow]: ...
    async def count_schedules(self, on: Connection, /, *, room_id: int) -> int: ...
    async def count_tasks_of_objectives(self, on: Connection, /, *, room_ids: Collection[int | None], withins: Collection[str | None], statuses: Collection[str | None] | None, ready: bool | None, stale: bool | None, assignee_id: int | None, reviewer_id: int | None, labels: Collection[str | None] | None, priorities: Collection[int | None] | None, waiting_for_id: int | None, awaited_by_id: int | None, filtered: bool) -> list[CountTasksOfObjectivesRow]: ...
    async def count_tasks_of_rooms(self, on: Connection, /, *, room_ids: Collection[int | None], statuses: Collection[str | None] | None, ready: bool | None, stale: bool | None, assignee_id: int | None, reviewer_id: int | None, labels: Collection[str | None] | None, priorities: Collection[int | None] | None, waiting_for_id: int | None, awaited_by_id: int | None, most: int | None, filtered: bool) -> list[CountTasksOfRoomsRow]: ...
    async def count_tasks_with_words(self, on: Connection, /, *, room_ids: Collection[int | None], withins: Collection[str | None], founds: Collection[str | None], words: str, documents: int | None, statuses: Collection[str | None] | None, ready: bool | None, stale: bool | None, assignee_id: int | None, reviewer_id: int | None, labels: Collection[str | None] | None, priorities: Collection[int | None] | None, waiting_for_id: int | None, awaited_by_id: int | None, filtered: bool) -> list[CountTasksWithWordsRow]: ...
    async def count_tokens(self, on: Connection, /, *, agent_id: int) -> int: ...
    async def count_votes(self, on: Connection, /, *, proposal_id: int) -> list[CountVotesRow]: ...
    async def count_webhooks(self, on: Connection, /, *, room_id: int) -> int: ...
    async def criteria_of(self, on: Connection, /, *, task_id: int) -> list[CriteriaOfRow]: ...
    async def criteria_of_tasks(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[CriteriaOfTasksRow]: ...
    async def database_facts(self, on: Connection, /) -> DatabaseFactsRow: ...
    async def defer_references(self, on: Connection, /) -> str: ...
    async def delete_criteria(self, on: Connection, /, *, task_id: int) -> str: ...
    async def delete_criteria_of(self, on: Connection, /, *, task_ids: Collection[int | None]) -> str: ...
    async def delete_dependency(self, on: Connection, /, *, task_id: int, depends_on_id: int, kind: str) -> bool | None: ...
    async def delete_ended_sessions(self, on: Connection, /, *, most: int) -> list[DeleteEndedSessionsRow]: ...
    async def delete_expired_memories(self, on: Connection, /, *, most: int) -> list[DeleteExpiredMemoriesRow]: ...
    async def delete_faded_activities(self, on: Connection, /, *, most: int) -> list[DeleteFadedActivitiesRow]: ...
    async def delete_key_result_links(self, on: Connection, /, *, task_id: int) -> str: ...
    async def delete_memory(self, on: Connection, /, *, scope: str, key: str) -> DeleteMemoryRow | None: ...
    async def delete_old_deliveries(self, on: Connection, /, *, kept: int, most: int) -> list[DeleteOldDeliveriesRow]: ...
    async def delete_old_tokens(self, on: Connection, /, *, most: int) -> list[DeleteOldTokensRow]: ...
    async def delete_oldest_session(self, on: Connection, /, *, agent_id: int) -> str: ...
    async def delete_schedule(self, on: Connection, /, *, schedule_id: int) -> str: ...
    async def delete_webhook(self, on: Connection, /, *, webhook_id: int) -> str: ...
    async def deliveries_of_webhooks(self, on: Connection, /, *, webhook_ids: Collection[int | None], mosts: Collection[int | None]) -> list[DeliveriesOfWebhooksRow]: ...
    async def dependencies_of(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[DependenciesOfRow]: ...
    async def dependency_of(self, on: Connection, /, *, task_id: int, depends_on_id: int, kind: str) -> DependencyOfRow | None: ...
    async def dependents_of(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[DependentsOfRow]: ...
    async def digest_agents(self, on: Connection, /, *, room_ids: Collection[int | None], sinces: Collection[datetime | None]) -> list[DigestAgentsRow]: ...
    async def digest_blocked(self, on: Connection, /, *, room_ids: Collection[int | None], most: int) -> list[DigestBlockedRow]: ...
    async def digest_completed(self, on: Connection, /, *, room_ids: Collection[int | None], sinces: Collection[datetime | None], until: datetime, most: int) -> list[DigestCompletedRow]: ...
    async def digest_decided(self, on: Connection, /, *, room_ids: Collection[int | None], sinces: Collection[datetime | None], until: datetime, most: int) -> list[DigestDecidedRow]: ...
    async def digest_finished(self, on: Connection, /, *, room_ids: Collection[int | None], sinces: Collection[datetime | None], until: datetime, most: int) -> list[DigestFinishedRow]: ...
    async def digest_in_review(self, on: Connection, /, *, room_ids: Collection[int | None], most: int) -> list[DigestInReviewRow]: ...
    async def digest_open_proposals(self, on: Connection, /, *, room_ids: Collection[int | None], most: int) -> list[DigestOpenProposalsRow]: ...
    async def digest_reclaimed(self, on: Connection, /, *, room_ids: Collection[int | None], sinces: Collection[datetime | None], until: datetime, most: int) -> list[DigestReclaimedRow]: ...
    async def digest_stale(self, on: Connection, /, *, room_ids: Collection[int | None], most: int) -> list[DigestStaleRow]: ...
    async def digest_webhooks_off(self, on: Connection, /, *, room_ids: Collection[int | None], most: int) -> list[DigestWebhooksOffRow]: ...
    async def drop_events(self, on: Connection, /, *, newest: int, room_id: int, most: int) -> int | None: ...
    async def due_for_archive(self, on: Connection, /, *, room_id: int, most: int) -> list[DueForArchiveRow]: ...
    async def end_activity(self, on: Connection, /, *, agent_id: int) -> str: ...
    async def end_browser_sessions(self, on: Connection, /, *, agent_id: int, session_id: int | None) -> list[EndBrowserSessionsRow]: ...
    async def end_old_browser_sessions(self, on: Connection, /, *, agent_id: int, most: int) -> list[EndOldBrowserSessionsRow]: ...
    async def end_outage(self, on: Connection, /, *, died_at: datetime) -> str: ...
    async def end_reason_with(self, on: Connection, /, *, depends_on_ids: Collection[int | None], task_id: int) -> str: ...
    async def end_waits_for(self, on: Connection, /, *, reason: str | None, proposal_id: int) -> list[EndWaitsForRow]: ...
    async def escalation_of(self, on: Connection, /, *, task_id: int) -> int | None: ...
    async def events_after(self, on: Connection, /, *, room_id: int, seq: int, most: int) -> list[EventsAfterRow]: ...
    async def events_by_ids(self, on: Connection, /, *, event_ids: Collection[int | None]) -> list[EventsByIdsRow]: ...
    async def export_lines(self, on: Connection, /, *, room_id: int | None) -> list[ExportLinesRow]: ...
    async def facts_of_event(self, on: Connection, /, *, actor_id: int | None, task_id: int | None, objective_id: int | None, room_id: int) -> FactsOfEventRow | None: ...
    async def family_of(self, on: Connection, /, *, agent_id: int) -> int: ...
    async def find_resources(self, on: Connection, /, *, references: Collection[str | None], ids: Collection[int | None], room_id: int) -> list[FindResourcesRow]: ...
    async def finished_among(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[FinishedAmongRow]: ...
    async def flow_of_rooms(self, on: Connection, /, *, room_ids: Collection[int | None], points: Collection[int | None], steps: Collection[int | None]) -> list[FlowOfRoomsRow]: ...
    async def forget_old_keys(self, on: Connection, /, *, most: int) -> list[ForgetOldKeysRow]: ...
    async def forget_verdicts(self, on: Connection, /, *, task_id: int) -> str: ...
    async def give_back_reviews(self, on: Connection, /, *, most: int) -> list[GiveBackReviewsRow]: ...
    async def good_tokens(self, on: Connection, /, *, agent: str | None) -> list[GoodTokensRow]: ...
    async def has_held(self, on: Connection, /, *, task_id: int, agent_id: int) -> bool: ...
    async def has_migration_table(self, on: Connection, /) -> bool: ...
    async def has_reflected(self, on: Connection, /, *, task_id: int, author_id: int, since: datetime) -> bool: ...
    async def held_by(self, on: Connection, /, *, agent_ids: Collection[int | None]) -> list[TaskRow]: ...
    async def held_count(self, on: Connection, /, *, room_id: int, agent_id: int) -> int: ...
    async def held_counts(self, on: Connection, /, *, room_id: int, agent_ids: Collection[int | None]) -> list[HeldCountsRow]: ...
    async def held_tasks_of_room(self, on: Connection, /, *, room_id: int, most: int) -> list[HeldTasksOfRoomRow]: ...
    async def histories(self, on: Connection, /, *, task_ids: Collection[int | None], afters: Collection[int | None], mosts: Collection[int | None]) -> list[HistoriesRow]: ...
    async def hold_webhooks(self, on: Connection, /, *, holder: str | None, seconds: float) -> list[HoldWebhooksRow]: ...
    async def holders_who_left(self, on: Connection, /, *, most: int) -> list[HoldersWhoLeftRow]: ...
    async def import_agents(self, on: Connection, /, *, kind: str, names: Collection[str | None]) -> list[ImportAgentsRow]: ...
    async def import_comments(self, on: Connection, /, *, room_id: int, kind: str, comments: object) -> list[ImportCommentsRow]: ...
    async def import_criteria(self, on: Connection, /, *, task_ids: Collection[int | None], positions: Collection[int | None], texts: Collection[str | None], met: Collection[bool | None]) -> str: ...
    async def import_dependencies(self, on: Connection, /, *, task_ids: Collection[int | None], depends_on_ids: Collection[int | None], kinds: Collection[str | None], created_by_ids: Collection[int | None], created_at: Collection[datetime | None]) -> list[ImportDependenciesRow]: ...
    async def import_members(self, on: Connection, /, *, room_id: int, agent_ids: Collection[int | None]) -> list[ImportMembersRow]: ...
    async def import_objectives(self, on: Connection, /, *, room_id: int, objectives: object) -> str: ...
    async def import_tasks(self, on: Connection, /, *, room_id: int, requirement_id: int, tasks: object) -> str: ...
    async def imported_memories(self, on: Connection, /, *, room_id: int, source: str, refs: Collection[str | None]) -> list[ImportedMemoriesRow]: ...
    async def imported_objective_values(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[ImportedObjectiveValuesRow]: ...
    async def imported_objectives(self, on: Connection, /, *, room_id: int, source: str) -> list[ImportedObjectivesRow]: ...
    async def imported_task_values(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[ImportedTaskValuesRow]: ...
    async def imported_tasks(self, on: Connection, /, *, room_id: int, source: str) -> list[ImportedTasksRow]: ...
    async def insert_agent(self, on: Connection, /, *, name: str, kind: str, description: str, capabilities: Collection[str | None], parent_id: int | None, spawned_for_id: int | None) -> AgentRow | None: ...
    async def insert_channel(self, on: Connection, /, *, room_id: int, name: str, topic: str) -> ChannelRow | None: ...
    async def insert_comment(self, on: Connection, /, *, room_id: int, task_id: int | None, objective_id: int | None, author_id: int | None, kind: str, body: str, done: str | None, pending: str | None, gotchas: str | None, mentions: Collection[int | None]) -> CommentRow: ...
    async def insert_criteria(self, on: Connection, /, *, task_id: int, texts: Collection[str | None]) -> str: ...
    async def insert_delivery(self, on: Connection, /, *, event_id: int | None, attempt: int, status: int | None, error: str, milliseconds: int, webhook_id: int) -> DeliveryRow | None: ...
    async def insert_dependency(self, on: Connection, /, *, task_id: int, depends_on_id: int, kind: str, created_by_id: int) -> bool | None: ...
    async def insert_insight(self, on: Connection, /, *, room_id: int, title: str) -> int: ...
    async def insert_key_result(self, on: Connection, /, *, objective_id: int, title: str, unit: str, start: float, target: float, current: float, weight: float, owner_id: int | None) -> KeyResultRow: ...
    async def insert_key_result_links(self, on: Connection, /, *, task_id: int, key_result_ids: Collection[int | None]) -> str: ...
    async def insert_keys(self, on: Connection, /, *, agent_ids: Collection[int | None], mutations: Collection[str | None], keys: Collection[str | None], input_hashes: Collection[bytes | None]) -> list[InsertKeysRow]: ...
    async def insert_message(self, on: Connection, /, *, room_id: int, author_id: int | None, channel_id: int | None, to_ids: Collection[int | None], body: str, reply_to_id: int | None, supersedes_id: int | None, mentions: Collection[int | None], unknown_mentions: Collection[str | None], refs: Collection[str | None]) -> MessageRow: ...
    async def insert_new_dependencies(self, on: Connection, /, *, task_ids: Collection[int | None], depends_on_ids: Collection[int | None], kinds: Collection[str | None], created_by_ids: Collection[int | None], blocker_ids: Collection[int | None], blocks: Collection[int | None]) -> str: ...
    async def insert_objective(self, on: Connection, /, *, room_id: int, parent_id: int | None, title: str, description: str, in_draft: bool, owner_id: int | None, weight: float, standing: bool, due_at: datetime | None) -> ObjectiveRow: ...
    async def insert_proposal(self, on: Connection, /, *, room_id: int, kind: str, author_id: int, title: str, body: str, options: Collection[str | None], quorum: int, default_option: str | None, escalates_id: int | None, closes_at: datetime | None) -> ProposalRow | None: ...
    async def insert_proposal_tasks(self, on: Connection, /, *, proposal_id: int, task_ids: Collection[int | None]) -> str: ...
    async def insert_reflection(self, on: Connection, /, *, room_id: int, author_id: int, task_id: int | None, worked: str, did_not_work: str, change: str, tags: Collection[str | None]) -> ReflectionRow: ...
    async def insert_resource(self, on: Connection, /, *, room_id: int, name: str, capacity: int | None, failure_threshold: int, cooldown_seconds: int) -> ResourceRow | None: ...
    async def insert_review(self, on: Connection, /, *, task_id: int, submission: int, author_id: int, reviewer_id: int, verdict: str, comment: str) -> ReviewRow: ...
    async def insert_room(self, on: Connection, /, *, name: str, title: str) -> RoomRow | None: ...
    async def insert_schedule(self, on: Connection, /, *, room_id: int, creator_id: int, cron: str, timezone: str, skip_while_open: bool, template: object, next_at: datetime | None) -> ScheduleRow: ...
    async def insert_tasks(self, on: Connection, /, *, tasks: object, room_id: int) -> list[TaskRow]: ...
    async def insert_token(self, on: Connection, /, *, agent_id: int, role: str, hash: bytes, label: str, expires_at: datetime | None) -> str: ...
    async def insert_voters(self, on: Connection, /, *, proposal_id: int, agent_ids: Collection[int | None]) -> str: ...
    async def insert_webhook(self, on: Connection, /, *, room_id: int, url: str, secret: str, kinds: Collection[str | None], labels: Collection[str | None], settled_seq: int) -> WebhookRow: ...
    async def insights_by_ids(self, on: Connection, /, *, insight_ids: Collection[int | None]) -> list[InsightsByIdsRow]: ...
    async def insights_found(self, on: Connection, /, *, room_ids: Collection[int | None], sinces: Collection[datetime | None], until: datetime, most: int) -> list[InsightsFoundRow]: ...
    async def insights_of_room(self, on: Connection, /, *, room_id: int, status: str | None, after_rank: float | None, after_id: int | None, most: int) -> list[InsightsOfRoomRow]: ...
    async def intern_requirements(self, on: Connection, /, *, requirements: object) -> list[InternRequirementsRow]: ...
    async def is_in_use(self, on: Connection, /) -> bool: ...
    async def is_unused(self, on: Connection, /) -> bool: ...
    async def is_voter(self, on: Connection, /, *, proposal_id: int, agent_id: int) -> bool: ...
    async def items_by_ids(self, on: Connection, /, *, item_ids: Collection[int | None]) -> list[InboxItemRow]: ...
    async def join_rooms(self, on: Connection, /, *, agent_id: int, room_ids: Collection[int | None]) -> list[JoinRoomsRow]: ...
    async def keep_agents_alive(self, on: Connection, /, *, agent_ids: Collection[int | None]) -> list[KeepAgentsAliveRow]: ...
    async def keep_answers(self, on: Connection, /, *, answers: object, agent_ids: Collection[int | None], mutations: Collection[str | None], keys: Collection[str | None]) -> str: ...
    async def keep_server_address(self, on: Connection, /, *, address: str | None) -> str: ...
    async def keep_sessions_alive(self, on: Connection, /, *, agent_ids: Collection[int | None], labels: Collection[str | None], most: int) -> str: ...
    async def key_result_by_id(self, on: Connection, /, *, key_result_id: int) -> KeyResultByIdRow | None: ...
    async def key_results_by_ids(self, on: Connection, /, *, key_result_ids: Collection[int | None]) -> list[KeyResultsByIdsRow]: ...
    async def key_results_of(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[KeyResultRow]: ...
    async def key_results_of_room(self, on: Connection, /, *, key_result_ids: Collection[int | None], room_id: int) -> list[KeyResultsOfRoomRow]: ...
    async def key_results_of_tasks(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[KeyResultsOfTasksRow]: ...
    async def lacking_for_ready(self, on: Connection, /, *, agent_id: int, room_id: int) -> list[LackingForReadyRow]: ...
    async def lacking_settings(self, on: Connection, /, *, names: Collection[str | None], values: Collection[str | None]) -> list[LackingSettingsRow]: ...
    async def latest_handoffs(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[LatestHandoffsRow]: ...
    async def leave_log(self, on: Connection, /, *, room_id: int, seen: int, epoch: int) -> str: ...
    async def leave_other_rooms(self, on: Connection, /, *, agent_id: int, room_ids: Collection[int | None]) -> list[LeaveOtherRoomsRow]: ...
    async def leave_track(self, on: Connection, /, *, task_id: int) -> str: ...
    async def let_go_of_webhooks(self, on: Connection, /, *, holder: str | None) -> str: ...
    async def lies_ahead(self, on: Connection, /, *, at: datetime) -> bool: ...
    async def list_memories(self, on: Connection, /, *, scope: str, prefix: str, most: int) -> list[ListMemoriesRow]: ...
    async def list_tasks_of_objectives(self, on: Connection, /, *, room_ids: Collection[int | None], withins: Collection[str | None], after_turns: Collection[int | None], after_priorities: Collection[int | None], after_waited_bys: Collection[int | None], after_times: Collection[datetime | None], after_ids: Collection[int | None], statuses: Collection[str | None] | None, ready: bool | None, stale: bool | None, assignee_id: int | None, reviewer_id: int | None, labels: Collection[str | None] | None, priorities: Collection[int | None] | None, waiting_for_id: int | None, awaited_by_id: int | None, agent_id: int, search: str | None, most: int, reach: int | None, filtered: bool, by_claims: bool, by_update: bool) -> list[ListTasksOfObjectivesRow]: ...
    async def list_tasks_of_rooms(self, on: Connection, /, *, room_ids: Collection[int | None], after_turns: Collection[int | None], after_priorities: Collection[int | None], after_waited_bys: Collection[int | None], after_times: Collection[datetime | None], after_ids: Collection[int | None], statuses: Collection[str | None] | None, ready: bool | None, stale: bool | None, assignee_id: int | None, reviewer_id: int | None, labels: Collection[str | None] | None, priorities: Collection[int | None] | None, waiting_for_id: int | None, awaited_by_id: int | None, agent_id: int, search: str | None, most: int, reach: int | None, filtered: bool, by_claims: bool, by_update: bool) -> list[ListTasksOfRoomsRow]: ...
    async def list_tasks_with_words(self, on: Connection, /, *, room_ids: Collection[int | None], withins: Collection[str | None], founds: Collection[str | None], after_turns: Collection[int | None], after_priorities: Collection[int | None], after_waited_bys: Collection[int | None], after_times: Collection[datetime | None], after_ids: Collection[int | None], words: str, documents: int | None, statuses: Collection[str | None] | None, ready: bool | None, stale: bool | None, assignee_id: int | None, reviewer_id: int | None, labels: Collection[str | None] | None, priorities: Collection[int | None] | None, waiting_for_id: int | None, awaited_by_id: int | None, agent_id: int, search: str | None, most: int, reach: int | None, filtered: bool, by_claims: bool, by_update: bool) -> list[ListTasksWithWordsRow]: ...
    async def lock_agent(self, on: Connection, /, *, agent_id: int) -> str: ...
    async def lock_agents(self, on: Connection, /, *, agent_ids: Collection[int | None]) -> str: ...
    async def lock_cooled_resources(self, on: Connection, /, *, most: int) -> list[LockCooledResourcesRow]: ...
    async def lock_due_schedule(self, on: Connection, /) -> LockDueScheduleRow | None: ...
    async def lock_for_mending(self, on: Connection, /) -> str: ...
    async def lock_imported_tasks(self, on: Connection, /, *, task_ids: Collection[int | None]) -> str: ...
    async def lock_log(self, on: Connection, /, *, room_id: int) -> int | None: ...
    async def lock_log_to_shorten(self, on: Connection, /, *, newest: int) -> LockLogToShortenRow | None: ...
    async def lock_message(self, on: Connection, /, *, message_id: int) -> MessageRow | None: ...
    async def lock_objective(self, on: Connection, /, *, objective_id: int) -> ObjectiveRow | None: ...
    async def lock_proposal(self, on: Connection, /, *, proposal_id: int) -> LockProposalRow | None: ...
    async def lock_resources(self, on: Connection, /, *, resource_ids: Collection[int | None]) -> list[LockResourcesRow]: ...
    async def lock_resources_of_room(self, on: Connection, /, *, room_id: int) -> str: ...
    async def lock_room(self, on: Connection, /, *, room_id: int) -> RoomRow | None: ...
    async def lock_room_due_for_digest(self, on: Connection, /) -> LockRoomDueForDigestRow | None: ...
    async def lock_room_of_task(self, on: Connection, /, *, task_id: int, room_ids: Collection[int | None] | None) -> RoomRow | None: ...
    async def lock_schedule(self, on: Connection, /, *, schedule_id: int) -> LockScheduleRow | None: ...
    async def lock_task(self, on: Connection, /, *, task_id: int) -> LockTaskRow | None: ...
    async def lock_tasks(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[LockTasksRow]: ...
    async def lock_tasks_to_end(self, on: Connection, /, *, room_id: int, task_ids: Collection[int | None]) -> list[LockTasksToEndRow]: ...
    async def lock_uptime(self, on: Connection, /) -> LockUptimeRow: ...
    async def lock_webhook(self, on: Connection, /, *, webhook_id: int) -> WebhookRow | None: ...
    async def lock_webhook_to_fail(self, on: Connection, /, *, webhook_id: int, holder: str, run: int) -> LockWebhookToFailRow | None: ...
    async def lock_webhooks_of_room(self, on: Connection, /, *, room_id: int) -> list[LockWebhooksOfRoomRow]: ...
    async def log_backward(self, on: Connection, /, *, room_id: int, after: int, before: int, kinds: Collection[str | None] | None, most: int) -> list[LogBackwardRow]: ...
    async def log_extents(self, on: Connection, /, *, room_ids: Collection[int | None]) -> list[LogExtentsRow]: ...
    async def log_forward(self, on: Connection, /, *, room_id: int, after: int, before: int, kinds: Collection[str | None] | None, most: int) -> list[LogForwardRow]: ...
    async def look_up_tasks_with_words(self, on: Connection, /, *, room_ids: Collection[int | None], words: str, documents: int) -> list[LookUpTasksWithWordsRow]: ...
    async def make_migration_table(self, on: Connection, /) -> str: ...
    async def mark_daily_digested(self, on: Connection, /, *, until: datetime, due_at: datetime, room_id: int) -> str: ...
    async def mark_digested(self, on: Connection, /, *, until: datetime, room_id: int) -> str: ...
    async def mark_stale(self, on: Connection, /, *, most: int) -> list[MarkStaleRow]: ...
    async def members_by_names(self, on: Connection, /, *, room_id: int, names: Collection[str | None]) -> list[MembersByNamesRow]: ...
    async def members_called(self, on: Connection, /, *, room_id: int, agent_ids: Collection[int | None], names: Collection[str | None]) -> list[AgentRow]: ...
    async def members_of_rooms(self, on: Connection, /, *, room_ids: Collection[int | None]) -> list[MembersOfRoomsRow]: ...
    async def members_to_name(self, on: Connection, /, *, room_id: int, agent_ids: Collection[int | None], names: Collection[str | None]) -> list[AgentRow]: ...
    async def memory_by_key(self, on: Connection, /, *, scope: str, key: str) -> MemoryByKeyRow | None: ...
    async def memory_is_full(self, on: Connection, /, *, most: int, author_id: int) -> bool: ...
    async def mend_counts(self, on: Connection, /, *, ids: Collection[int | None]) -> str: ...
    async def mend_drafts(self, on: Connection, /, *, ids: Collection[int | None]) -> str: ...
    async def mend_use(self, on: Connection, /, *, ids: Collection[int | None]) -> str: ...
    async def mend_waits(self, on: Connection, /, *, ids: Collection[int | None]) -> str: ...
    async def messages_backward(self, on: Connection, /, *, room_ids: Collection[int | None], channels: Collection[str | None], threads: Collection[str | None], afters: Collection[int | None], befores: Collection[int | None], most: int, agent_id: int) -> list[MessagesBackwardRow]: ...
    async def messages_by_ids(self, on: Connection, /, *, message_ids: Collection[int | None]) -> list[MessageRow]: ...
    async def messages_forward(self, on: Connection, /, *, room_ids: Collection[int | None], channels: Collection[str | None], threads: Collection[str | None], afters: Collection[int | None], befores: Collection[int | None], most: int, agent_id: int) -> list[MessagesForwardRow]: ...
    async def messages_superseding(self, on: Connection, /, *, message_ids: Collection[int | None]) -> list[MessagesSupersedingRow]: ...
    async def missing_capabilities(self, on: Connection, /, *, requirement_id: int, agent_id: int) -> list[str] | None: ...
    async def moment(self, on: Connection, /) -> datetime: ...
    async def move_objective(self, on: Connection, /, *, parent_id: int | None, objective_id: int) -> ObjectiveRow | None: ...
    async def move_subtasks(self, on: Connection, /, *, task_ids: Collection[int | None], froms: Collection[int | None], tos: Collection[int | None]) -> list[TaskRow]: ...
    async def newest_items(self, on: Connection, /, *, agent_ids: Collection[int | None]) -> list[NewestItemsRow]: ...
    async def news_since_beats(self, on: Connection, /, *, beats: object) -> list[NewsSinceBeatsRow]: ...
    async def note_alive(self, on: Connection, /, *, outage_seconds: float) -> bool | None: ...
    async def note_progress(self, on: Connection, /, *, task_id: int) -> str: ...
    async def nudge(self, on: Connection, /, *, channel: str, payload: str) -> str: ...
    async def objective_before(self, on: Connection, /, *, task_id: int, seq: int) -> int | None: ...
    async def objective_by_id(self, on: Connection, /, *, objective_id: int) -> ObjectiveRow | None: ...
    async def objectives_above(self, on: Connection, /, *, objective_id: int) -> list[ObjectiveRow]: ...
    async def objectives_below(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[ObjectivesBelowRow]: ...
    async def objectives_by_ids(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[ObjectiveRow]: ...
    async def objectives_up_with_parts(self, on: Connection, /, *, objective_id: int) -> list[ObjectivesUpWithPartsRow]: ...
    async def objectives_with_those_above(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[ObjectiveRow]: ...
    async def offered_tasks(self, on: Connection, /, *, agent_id: int, room_id: int, most: int) -> list[OfferedTasksRow]: ...
    async def open_blockers(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[OpenBlockersRow]: ...
    async def open_channels(self, on: Connection, /, *, room_id: int, names: Collection[str | None], topics: Collection[str | None]) -> str: ...
    async def open_in_subtree(self, on: Connection, /, *, objective_ids: Collection[int | None], most: int) -> list[OpenInSubtreeRow]: ...
    async def open_insight_again(self, on: Connection, /, *, insight_id: int) -> int | None: ...
    async def open_log(self, on: Connection, /, *, room_id: int) -> str: ...
    async def open_session(self, on: Connection, /, *, agent_id: int, label: str, most: int) -> int | None: ...
    async def open_tasks_of(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[TaskRow]: ...
    async def operating_facts(self, on: Connection, /) -> OperatingFactsRow: ...
    async def operators_settings(self, on: Connection, /, *, names: Collection[str | None]) -> list[OperatorsSettingsRow]: ...
    async def overdue_proposals(self, on: Connection, /, *, most: int) -> list[OverdueProposalsRow]: ...
    async def parts_of_trees(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[PartsOfTreesRow]: ...
    async def pass_over_events(self, on: Connection, /, *, seq: int, webhook_id: int, holder: str | None, run: int) -> int | None: ...
    async def presence_thresholds(self, on: Connection, /, *, agent_ids: Collection[int | None], room_ids: Collection[int | None]) -> list[PresenceThresholdsRow]: ...
    async def proposal_by_id(self, on: Connection, /, *, proposal_id: int) -> ProposalRow | None: ...
    async def proposals_by_ids(self, on: Connection, /, *, proposal_ids: Collection[int | None]) -> list[ProposalRow]: ...
    async def proposals_of_tasks(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[ProposalsOfTasksRow]: ...
    async def proposals_page(self, on: Connection, /, *, room_ids: Collection[int | None], opens: Collection[bool | None], befores: Collection[int | None], most: int) -> list[ProposalsPageRow]: ...
    async def proposals_to_answer(self, on: Connection, /, *, agent_id: int, room_id: int, most: int) -> list[ProposalsToAnswerRow]: ...
    async def put_into_insight(self, on: Connection, /, *, insight_id: int | None, reflection_ids: Collection[int | None]) -> str: ...
    async def read_keys(self, on: Connection, /, *, agent_ids: Collection[int | None], mutations: Collection[str | None], keys: Collection[str | None]) -> list[ReadKeysRow]: ...
    async def readers_among(self, on: Connection, /, *, agent_ids: Collection[int | None], room_id: int) -> list[AgentRow]: ...
    async def record_migration(self, on: Connection, /, *, name: str) -> str: ...
    async def recount(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[RecountRow]: ...
    async def reflections_by_ids(self, on: Connection, /, *, reflection_ids: Collection[int | None]) -> list[ReflectionRow]: ...
    async def reflections_like(self, on: Connection, /, *, reflection_id: int) -> list[ReflectionsLikeRow]: ...
    async def reflections_of_insights(self, on: Connection, /, *, insight_ids: Collection[int | None]) -> list[ReflectionRow]: ...
    async def reflections_of_tasks(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[ReflectionRow]: ...
    async def related(self, on: Connection, /, *, agent_id: int, other_id: int) -> bool: ...
    async def release_owned(self, on: Connection, /, *, agent_ids: Collection[int | None], room_ids: Collection[int | None] | None) -> list[ReleaseOwnedRow]: ...
    async def release_task(self, on: Connection, /, *, task_id: int) -> TaskRow | None: ...
    async def remember_imported(self, on: Connection, /, *, room_id: int, source: str, rows: object) -> str: ...
    async def remove_dependencies(self, on: Connection, /, *, task_ids: Collection[int | None], depends_on_ids: Collection[int | None], kinds: Collection[str | None]) -> list[RemoveDependenciesRow]: ...
    async def renew_lease(self, on: Connection, /, *, lease_seconds: int | None, quiet_seconds: int | None, task_id: int) -> TaskRow | None: ...
    async def reopen_task(self, on: Connection, /, *, task_id: int) -> TaskRow | None: ...
    async def requirement_by_id(self, on: Connection, /, *, requirement_id: int) -> RequirementRow | None: ...
    async def requirements_by_ids(self, on: Connection, /, *, requirement_ids: Collection[int | None]) -> list[RequirementsByIdsRow]: ...
    async def reserve_objective_ids(self, on: Connection, /, *, most: int) -> list[ReserveObjectiveIdsRow]: ...
    async def reserve_task_ids(self, on: Connection, /, *, most: int) -> list[ReserveTaskIdsRow]: ...
    async def reset_criteria(self, on: Connection, /, *, task_id: int) -> str: ...
    async def resources_by_ids(self, on: Connection, /, *, resource_ids: Collection[int | None]) -> list[ResourceRow]: ...
    async def resources_of_requirements(self, on: Connection, /, *, requirement_ids: Collection[int | None]) -> list[ResourcesOfRequirementsRow]: ...
    async def resources_of_rooms(self, on: Connection, /, *, room_ids: Collection[int | None]) -> list[ResourceRow]: ...
    async def restore_rows(self, on: Connection, /, *, of_table: str, rows: object) -> int: ...
    async def resume_webhook(self, on: Connection, /, *, webhook_id: int) -> WebhookRow | None: ...
    async def resume_webhook_after(self, on: Connection, /, *, seq: int, webhook_id: int) -> WebhookRow | None: ...
    async def reviews_by_ids(self, on: Connection, /, *, review_ids: Collection[int | None]) -> list[ReviewRow]: ...
    async def reviews_of(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[ReviewRow]: ...
    async def revoke_subagent_tokens(self, on: Connection, /, *, parent_ids: Collection[int | None], task_ids: Collection[int | None]) -> list[RevokeSubagentTokensRow]: ...
    async def revoke_tokens(self, on: Connection, /, *, agent_id: int, token_id: int | None) -> list[RevokeTokensRow]: ...
    async def room_by_id(self, on: Connection, /, *, room_id: int) -> RoomRow | None: ...
    async def room_by_name(self, on: Connection, /, *, name: str) -> RoomRow | None: ...
    async def room_objective_parents(self, on: Connection, /, *, room_id: int) -> list[RoomObjectiveParentsRow]: ...
    async def room_task_ids(self, on: Connection, /, *, room_id: int) -> list[RoomTaskIdsRow]: ...
    async def room_tracks(self, on: Connection, /, *, room_id: int) -> list[RoomTracksRow]: ...
    async def rooms_behind_the_clock(self, on: Connection, /) -> list[RoomsBehindTheClockRow]: ...
    async def rooms_by_ids(self, on: Connection, /, *, room_ids: Collection[int | None]) -> list[RoomRow]: ...
    async def rooms_by_name(self, on: Connection, /, *, everything: bool, room_ids: Collection[int | None], archived: bool) -> list[RoomRow]: ...
    async def rooms_due_for_archive(self, on: Connection, /) -> list[RoomsDueForArchiveRow]: ...
    async def rooms_of_agents(self, on: Connection, /, *, agent_ids: Collection[int | None]) -> list[RoomsOfAgentsRow]: ...
    async def same_reflection(self, on: Connection, /, *, author_id: int, room_id: int, task_id: int | None, since: datetime, worked: str, did_not_work: str, change: str) -> ReflectionRow | None: ...
    async def say_activity(self, on: Connection, /, *, agent_id: int, kind: str, note: str | None, task_id: int | None, ttl_seconds: int) -> str: ...
    async def schedules_by_ids(self, on: Connection, /, *, schedule_ids: Collection[int | None]) -> list[ScheduleRow]: ...
    async def schedules_of_rooms(self, on: Connection, /, *, room_ids: Collection[int | None]) -> list[ScheduleRow]: ...
    async def search_memories(self, on: Connection, /, *, scope: str, prefix: str, search: str, candidates: int, most: int) -> list[SearchMemoriesRow]: ...
    async def search_room(self, on: Connection, /, *, search: str, bits: int | None, letters: Collection[str | None], room_id: int, blocks: int, agent_id: int, candidates: int) -> list[SearchRoomRow]: ...
    async def send_back(self, on: Connection, /, *, reviewer_id: int | None, task_id: int) -> TaskRow | None: ...
    async def send_messages(self, on: Connection, /, *, messages: object, room_id: int, items: object) -> list[SendMessagesRow]: ...
    async def server_address(self, on: Connection, /) -> str | None: ...
    async def server_encoding(self, on: Connection, /) -> str: ...
    async def session_by_label(self, on: Connection, /, *, agent_id: int, label: str) -> int | None: ...
    async def sessions_by_ids(self, on: Connection, /, *, session_ids: Collection[int | None]) -> list[SessionRow]: ...
    async def sessions_of_agents(self, on: Connection, /, *, agent_ids: Collection[int | None]) -> list[SessionRow]: ...
    async def set_drafts(self, on: Connection, /, *, objective_ids: Collection[int | None], in_draft: bool) -> list[SetDraftsRow]: ...
    async def set_for_transaction(self, on: Connection, /, *, names: Collection[str | None], values: Collection[str | None]) -> str: ...
    async def set_objective_status(self, on: Connection, /, *, status: str, objective_id: int) -> ObjectiveRow | None: ...
    async def set_the_rest_of_the_session(self, on: Connection, /) -> str: ...
    async def settle_cleared(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[SettleClearedRow]: ...
    async def settle_delivered(self, on: Connection, /, *, seq: int, status: int | None, webhook_id: int, holder: str | None, run: int, event_id: int | None, attempt: int, milliseconds: int) -> int | None: ...
    async def settle_drafts(self, on: Connection, /, *, objective_id: int) -> list[SettleDraftsRow]: ...
    async def settle_presence(self, on: Connection, /, *, room_id: int, everyone: bool, most: int | None) -> list[SettlePresenceRow]: ...
    async def settle_track(self, on: Connection, /, *, room_id: int, objective_id: int | None, track: str | None) -> list[SettleTrackRow]: ...
    async def settled_proposals(self, on: Connection, /, *, agent_id: int | None, most: int) -> list[SettledProposalsRow]: ...
    async def shares_a_room(self, on: Connection, /, *, agent_id: int, room_ids: Collection[int | None]) -> bool: ...
    async def shift_blockers(self, on: Connection, /, *, task_id: int, by: int) -> str: ...
    async def shift_dependents(self, on: Connection, /, *, task_id: int, by: int) -> list[ShiftDependentsRow]: ...
    async def silent_since(self, on: Connection, /, *, at: datetime) -> str: ...
    async def start_waits_for(self, on: Connection, /, *, proposal_id: int) -> str: ...
    async def startable_tasks(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[StartableTasksRow]: ...
    async def startable_with(self, on: Connection, /, *, resource_id: int, room_id: int, most: int) -> list[StartableWithRow]: ...
    async def started_dependents(self, on: Connection, /, *, task_id: int) -> list[StartedDependentsRow]: ...
    async def still_there(self, on: Connection, /) -> bool: ...
    async def submit_task(self, on: Connection, /, *, task_ids: Collection[int | None], author_ids: Collection[int | None], results: Collection[str | None], mention_tasks: Collection[int | None], mentioned: Collection[int | None], artifact_tasks: Collection[int | None], kinds: Collection[str | None], urls: Collection[str | None], titles: Collection[str | None], criterion_ids: Collection[int | None], evidence: Collection[str | None], reviewer_id: int | None) -> SubmitTaskRow | None: ...
    async def subtasks_of(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[TaskRow]: ...
    async def subtree_keys(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[SubtreeKeysRow]: ...
    async def subtree_rows(self, on: Connection, /, *, objective_ids: Collection[int | None], archived: bool, depth: int) -> list[SubtreeRowsRow]: ...
    async def take_as_long_as_it_takes(self, on: Connection, /) -> str: ...
    async def take_back_expired(self, on: Connection, /, *, task_id: int | None, most: int) -> list[TakeBackExpiredRow]: ...
    async def take_login_ticket(self, on: Connection, /, *, hash: bytes) -> TakeLoginTicketRow | None: ...
    async def take_ready_notices(self, on: Connection, /, *, room_id: int | None, most: int) -> list[TakeReadyNoticesRow]: ...
    async def take_reminders(self, on: Connection, /, *, most: int) -> list[ProposalRow]: ...
    async def task_by_id(self, on: Connection, /, *, task_id: int) -> TaskRow | None: ...
    async def task_counts_of_rooms(self, on: Connection, /, *, room_ids: Collection[int | None]) -> list[TaskCountsOfRoomsRow]: ...
    async def tasks_by_ids(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[TaskRow]: ...
    async def tasks_by_keys(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[TaskRow]: ...
    async def tasks_of_proposals(self, on: Connection, /, *, proposal_ids: Collection[int | None]) -> list[TasksOfProposalsRow]: ...
    async def tasks_within(self, on: Connection, /, *, objective_ids: Collection[int | None]) -> list[TasksWithinRow]: ...
    async def things_by_ids(self, on: Connection, /, *, task_ids: Collection[int | None], room_id: int, objective_ids: Collection[int | None], comment_ids: Collection[int | None], message_ids: Collection[int | None], agent_id: int) -> list[ThingsByIdsRow]: ...
    async def things_named(self, on: Connection, /, *, objective_ids: Collection[int | None], room_id: int, key_result_ids: Collection[int | None], task_ids: Collection[int | None], proposal_ids: Collection[int | None], message_ids: Collection[int | None], agent_id: int | None) -> list[ThingsNamedRow]: ...
    async def token_of_login_links(self, on: Connection, /, *, agent_id: int, role: str, label: str) -> int | None: ...
    async def token_owner(self, on: Connection, /, *, token_id: int | None, hash: bytes | None) -> TokenOwnerRow | None: ...
    async def tokens_of_agents(self, on: Connection, /, *, agent_ids: Collection[int | None]) -> list[TokensOfAgentsRow]: ...
    async def touch_agent(self, on: Connection, /, *, agent_id: int, token_id: int | None) -> bool | None: ...
    async def touch_task(self, on: Connection, /, *, task_id: int) -> str: ...
    async def troubled_webhooks(self, on: Connection, /) -> list[TroubledWebhooksRow]: ...
    async def unacknowledged_by_urgency(self, on: Connection, /, *, proposal_ids: Collection[int | None], kinds: Collection[str | None], agent_id: int, room_id: int, most: int) -> list[UnacknowledgedByUrgencyRow]: ...
    async def unacknowledged_items(self, on: Connection, /, *, agent_id: int, after: int, room_ids: Collection[int | None] | None, kinds: Collection[str | None] | None, most: int) -> list[InboxItemRow]: ...
    async def unblock_task(self, on: Connection, /, *, task_id: int) -> TaskRow | None: ...
    async def unblocks_of(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[UnblocksOfRow]: ...
    async def unfinished_subtasks(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[UnfinishedSubtasksRow]: ...
    async def unfinished_tasks(self, on: Connection, /, *, room_id: int, within: Collection[int | None] | None) -> list[UnfinishedTasksRow]: ...
    async def update_key_result(self, on: Connection, /, *, title: str, unit: str, target: float, current: float, key_result_id: int) -> KeyResultRow | None: ...
    async def update_objective(self, on: Connection, /, *, title: str, description: str, owner_id: int | None, weight: float, standing: bool, due_at: datetime | None, objective_id: int) -> ObjectiveRow | None: ...
    async def update_task(self, on: Connection, /, *, title: str, description: str, priority: int, labels: Collection[str | None], requirement_id: int, objective_id: int | None, parent_id: int | None, track: str | None, track_order: int | None, instructions: str, not_before: datetime | None, due_at: datetime | None, estimate_minutes: int | None, task_id: int) -> TaskRow | None: ...
    async def use_little_memory(self, on: Connection, /) -> str: ...
    async def voters_of_proposals(self, on: Connection, /, *, proposal_ids: Collection[int | None]) -> list[VotersOfProposalsRow]: ...
    async def voters_to_remind(self, on: Connection, /, *, proposal_ids: Collection[int | None]) -> list[ProposalVoterRow]: ...
    async def votes_of_proposals(self, on: Connection, /, *, proposal_ids: Collection[int | None]) -> list[VoteRow]: ...
    async def wait_for_turn(self, on: Connection, /, *, key: int) -> str: ...
    async def waiting_tasks(self, on: Connection, /, *, proposal_id: int) -> list[WaitingTasksRow]: ...
    async def waits_of_tasks(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[WaitsOfTasksRow]: ...
    async def waits_reached_from(self, on: Connection, /, *, task_ids: Collection[int | None]) -> list[WaitsReachedFromRow]: ...
    async def was_ever_let_in(self, on: Connection, /, *, name: str, role: str) -> bool: ...
    async def webhook_to_deliver(self, on: Connection, /, *, webhook_id: int, holder: str, run: int) -> WebhookToDeliverRow | None: ...
    async def webhooks_by_ids(self, on: Connection, /, *, webhook_ids: Collection[int | None]) -> list[WebhookRow]: ...
    async def webhooks_of_rooms(self, on: Connection, /, *, room_ids: Collection[int | None]) -> list[WebhookRow]: ...
    async def why_nothing(self, on: Connection, /, *, agent_id: int, room_id: int) -> WhyNothingRow: ...
    async def withdraw_items(self, on: Connection, /, *, message_id: int) -> str: ...
    async def withdraw_reviewer(self, on: Connection, /, *, agent_ids: Collection[int | None], room_ids: Collection[int | None] | None) -> list[WithdrawReviewerRow]: ...
    async def workers_of(self, on: Connection, /, *, room_id: int, people: bool) -> list[AgentRow]: ...
    async def write_failure(self, on: Connection, /, *, active: bool, settled_seq: int, begun_seq: int | None, body: str | None, attempts: int, steps: int, failures: int, failing_since: datetime | None, last_status: int | None, wait_seconds: float | None, webhook_id: int) -> str: ...
    async def write_memory(self, on: Connection, /, *, scope: str, key: str, value: object, author_id: int, ttl_seconds: int | None, keeps_end: bool) -> WriteMemoryRow | None: ...
    async def write_notes(self, on: Connection, /, *, append: bool, text: str, task_id: int) -> TaskRow | None: ...
    async def write_resource(self, on: Connection, /, *, capacity: int | None, in_use: int, breaker: str, failures: int, failure_threshold: int, cooldown_seconds: int, opened_at: datetime | None, last_detail: str, probe_task_id: int | None, resource_id: int) -> str: ...
    async def write_schedule(self, on: Connection, /, *, cron: str, timezone: str, skip_while_open: bool, template: object, next_at: datetime | None, last_task_id: int | None, missed: int, schedule_id: int) -> str: ...
    async def write_some_megabytes(self, on: Connection, /) -> int: ...
    async def wrong_counts(self, on: Connection, /) -> list[WrongCountsRow]: ...
    async def wrong_drafts(self, on: Connection, /) -> list[WrongDraftsRow]: ...
    async def wrong_use(self, on: Connection, /) -> list[WrongUseRow]: ...
    async def wrong_waits(self, on: Connection, /) -> list[WrongWaitsRow]: ...
    async def zones_of_rooms(self, on: Connection, /) -> list[ZonesOfRoomsRow]: ...
