"""Who may what: every field and every mutation of the schema, classified by hand. What is in no class fails a test."""

# A value of the thing itself, or a part of it: who sees the thing sees it.
PLAIN = "plain"
# Leads to things of the same room: who sees the one sees the other.
SAME = "same room"
# Leads to agents, who are named to whoever sees what they did; what else is theirs is ALONE.
PEOPLE = "people"
# May lead into other rooms: each thing is looked at on its own, and left out where the caller may not see it.
ALONE = "on its own"
# Empty, or not there, for all but ADMINs.
ADMINS = "ADMINs alone"

# Who may call a mutation. Everybody who is let in, in some room of its own, but for OBSERVERs; or ADMINs alone.
WORKS, ADMINISTRATES = "MEMBER", "ADMIN"

# How a query is kept to the caller's rooms. BY_ROOM: what its arguments name has to be seen, or is NOT_FOUND.
BY_ROOM, OWN = "by room", "the caller's own"

MUTATIONS = {
    WORKS: "updateAgent createToken revokeTokens heartbeat registerAgent updateRoom "
        "createObjective updateObjective moveObjective createKeyResult updateKeyResult "
        "createTask createTasks updateTask setCriteria assignTask addDependency removeDependency "
        "claimNextTask claimNextTasks claimTask renewLease releaseTask blockTask unblockTask writeNotes "
        "completeTask submitTask cancelTask reopenTask addComment claimNextReview reviewTask "
        "propose escalate vote withdrawProposal "
        "defineResource reportHealth resetBreaker createChannel sendMessage acknowledge setActivity remember forget "
        "createSchedule updateSchedule deleteSchedule reflect promoteInsight dismissInsight",
    ADMINISTRATES: "createRoom createWebhook deleteWebhook testWebhook resumeWebhook",
}  # fmt: skip

QUERIES = {
    BY_ROOM: "agent agents node nodes room objective task readyTasks criticalPath briefing recall memories search "
        "events",
    OWN: "me myRole rooms inbox cronTimes",
}  # fmt: skip

SUBSCRIPTIONS = {BY_ROOM: "events taskUnblocked presenceChanged taskChanged messageSent", OWN: "inbox"}

FIELDS: dict[str, dict[str, str]] = {
    "Activity": {
        PLAIN: "kind note since expiresAt",
        ALONE: "task",
    },
    "Agent": {
        PLAIN: "id name kind description capabilities lastSeenAt createdAt presence",
        PEOPLE: "parent",
        ALONE: "sessions spawnedFor rooms tasks activity tokens",
    },
    "Artifact": {
        PLAIN: "kind url title",
    },
    "Briefing": {
        PLAIN: "cursor markdown",
        SAME: "tasks reviews next inbox proposals",
        PEOPLE: "me",
    },
    "BurnUpMark": {
        PLAIN: "at done tasks",
    },
    "Channel": {
        PLAIN: "name topic",
        SAME: "room",
    },
    "Claim": {
        SAME: "task lease nothing",
    },
    "Comment": {
        PLAIN: "id kind body createdAt",
        SAME: "handoff task objective",
        PEOPLE: "author mentions",
    },
    "CommentConnection": {
        PLAIN: "totalCount",
        SAME: "nodes edges pageInfo",
    },
    "CommentEdge": {
        PLAIN: "cursor",
        SAME: "node",
    },
    "Criterion": {
        PLAIN: "id text met evidence accepted",
    },
    "Dependency": {
        PLAIN: "kind open createdAt",
        SAME: "task dependsOn",
        PEOPLE: "createdBy",
    },
    "Delivery": {
        PLAIN: "attempt status error milliseconds at",
        ADMINS: "event",
    },
    "Digest": {
        PLAIN: "since until markdown",
        SAME: "counts totals completed stale reclaimed blocked inReview proposals insights",
        PEOPLE: "agents",
    },
    "DigestTotals": {
        PLAIN: "completed stale reclaimed blocked inReview",
    },
    "Event": {
        PLAIN: "id cursor kind data at",
        SAME: "room task objective proposal",
        PEOPLE: "actor agent",
        ALONE: "message",
    },
    "EventConnection": {
        SAME: "nodes edges pageInfo",
    },
    "EventEdge": {
        PLAIN: "cursor",
        SAME: "node",
    },
    "FlowStep": {
        PLAIN: "begins ends created done inProgress cycleSeconds",
    },
    "Handoff": {
        PLAIN: "done pending gotchas",
    },
    "InboxConnection": {
        PLAIN: "totalCount",
        SAME: "nodes edges pageInfo",
    },
    "InboxEdge": {
        PLAIN: "cursor",
        SAME: "node",
    },
    "InboxItem": {
        PLAIN: "id kind summary createdAt acknowledgedAt",
        ALONE: "message comment task proposal",
    },
    "Insight": {
        PLAIN: "id title score status reason createdAt",
        SAME: "reflections task",
        PEOPLE: "agents",
    },
    "InsightConnection": {
        PLAIN: "totalCount",
        SAME: "nodes edges pageInfo",
    },
    "InsightEdge": {
        PLAIN: "cursor",
        SAME: "node",
    },
    "KeyResult": {
        PLAIN: "id title unit start target current progress weight updatedAt",
        SAME: "objective",
        PEOPLE: "owner",
    },
    "Lease": {
        PLAIN: "fence claimedAt expiresAt",
        SAME: "task session",
        PEOPLE: "agent",
    },
    "Memory": {
        PLAIN: "scope key value version updatedAt expiresAt",
        PEOPLE: "author",
    },
    "Message": {
        PLAIN: "id body unknownMentions createdAt",
        SAME: "room channel refs replyTo replies",
        PEOPLE: "from to mentions",
        ALONE: "supersededBy",
    },
    "MessageConnection": {
        PLAIN: "totalCount",
        SAME: "nodes edges pageInfo",
    },
    "MessageEdge": {
        PLAIN: "cursor",
        SAME: "node",
    },
    "MessageSent": {
        PLAIN: "cursor",
        SAME: "message",
    },
    "NothingToClaim": {
        PLAIN: "reason todo waiting assignedToOthers needCriteria missingCapabilities wipLimitReached paused retryAt",
    },
    "Objective": {
        PLAIN: "id title description status weight standing dueAt createdAt updatedAt finishedAt archivedAt progress",
        SAME: "room parent ancestors children subtree keyResults tasks counts comments burnUp",
        PEOPLE: "owner",
    },
    "ObjectiveConnection": {
        PLAIN: "totalCount",
        SAME: "nodes edges pageInfo",
    },
    "ObjectiveEdge": {
        PLAIN: "cursor",
        SAME: "node",
    },
    "PageInfo": {
        PLAIN: "hasNextPage hasPreviousPage startCursor endCursor",
    },
    "PresenceChange": {
        PLAIN: "cursor presence previous at",
        PEOPLE: "agent",
        ALONE: "activity",
    },
    "Proposal": {
        PLAIN: "id kind title body options quorum status outcome byDefault defaultOption changedSinceAsked closesAt "
        "createdAt decidedAt",
        SAME: "room escalates votes tasks",
        PEOPLE: "author electorate",
    },
    "ProposalConnection": {
        PLAIN: "totalCount",
        SAME: "nodes edges pageInfo",
    },
    "ProposalEdge": {
        PLAIN: "cursor",
        SAME: "node",
    },
    "Pulse": {
        PLAIN: "unacknowledged nextWithinSeconds",
        SAME: "session leases lost stale",
        PEOPLE: "agent",
    },
    "Registration": {
        PLAIN: "token",
        PEOPLE: "agent",
    },
    "Reflection": {
        PLAIN: "id worked didNotWork change tags createdAt",
        SAME: "task",
        PEOPLE: "author",
    },
    "Resource": {
        PLAIN: "id name capacity inUse breaker failures failureThreshold cooldownSeconds openedAt lastDetail",
        SAME: "room",
    },
    "Review": {
        PLAIN: "id verdict comment createdAt",
        SAME: "task",
        PEOPLE: "reviewer",
    },
    "Room": {
        PLAIN: "id name title createdAt archivedAt",
        SAME: "settings objectives tasks resources schedules insights counts digest channels flow proposals",
        PEOPLE: "agents",
        ALONE: "messages",
        ADMINS: "webhooks",
    },
    "RoomSettings": {
        PLAIN: "requireDoneCriteria requireReview requireHandoff requireReflection wipLimit leaseSeconds "
        "idleAfterSeconds offlineAfterSeconds staleAfterSeconds reclaimAfterSeconds maxAttempts digestEverySeconds "
        "digestAt timezone archiveAfterSeconds keepEventsSeconds paused",
    },
    "Schedule": {
        PLAIN: "id cron timezone title skipWhileOpen active nextAt missed upcoming",
        SAME: "room lastTask",
        PEOPLE: "creator",
    },
    "Session": {
        PLAIN: "id label startedAt lastSeenAt presence",
        PEOPLE: "agent",
    },
    "Task": {
        PLAIN: "id title description status priority labels track trackOrder role instructions attempts notes result "
        "quietUntil lastProgressAt notBefore dueAt estimateMinutes createdAt updatedAt startedAt "
        "finishedAt capabilities ready unblocks stale",
        SAME: "room objective parent subtasks criteria waitingOn lease dependencies dependents handoff comments "
        "reviews artifacts resources keyResults history proposals reflections",
        PEOPLE: "creator assignee reviewer",
    },
    "TaskChange": {
        PLAIN: "cursor kind at",
        SAME: "task",
        PEOPLE: "actor",
    },
    "TaskConnection": {
        PLAIN: "totalCount",
        SAME: "nodes edges pageInfo",
    },
    "TaskCounts": {
        PLAIN: "total todo ready doing blocked validating done cancelled stale",
    },
    "TaskEdge": {
        PLAIN: "cursor",
        SAME: "node",
    },
    "TaskUnblocked": {
        PLAIN: "cursor at",
        SAME: "task clearedBy",
    },
    "Token": {
        PLAIN: "id label role createdAt expiresAt lastUsedAt browserSession current",
    },
    "Vote": {
        PLAIN: "option note at",
        PEOPLE: "agent",
    },
    "Webhook": {
        PLAIN: "id url kinds labels active failures lastStatus lastDeliveredAt cursor",
        ADMINS: "room deliveries",
    },
    "Wait": {
        PLAIN: "kind reason until",
        SAME: "task resource objective proposal",
    },
}
