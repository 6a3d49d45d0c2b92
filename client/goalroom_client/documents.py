"""What is asked of things, by their type."""

INBOX_KINDS = (
    "DIRECT",
    "MENTION",
    "UNBLOCKED",
    "ASSIGNED",
    "REVIEW_REQUESTED",
    "APPROVED",
    "CHANGES_REQUESTED",
    "LEASE_LOST",
    "STALE",
    "REOPENED",
    "HANDOFF",
    "PROPOSAL",
    "DECIDED",
)

TASK_LINE = """
fragment TaskLine on Task { id title status priority ready stale labels assignee { name } lease { expiresAt fence } }
"""

TASK = """
fragment TaskFields on Task {
  id title status priority labels capabilities description role instructions ready stale attempts unblocks
  notes result notBefore dueAt quietUntil createdAt updatedAt
  objective { id title } parent { id title } subtasks { id title status }
  creator { name } assignee { name } reviewer { name }
  criteria { id text met evidence accepted }
  waitingOn { kind reason task { id } resource { name } proposal { id } until }
  lease { agent { name } fence claimedAt expiresAt }
  handoff { author { name } body handoff { done pending gotchas } createdAt }
  comments(last: 10) { nodes { id kind author { name } body createdAt } }
  reviews { id reviewer { name } verdict comment createdAt }
  artifacts { kind url title }
  dependents { kind open task { id title status } }
}
"""

COMMENT = "fragment CommentFields on Comment { id kind author { name } body task { id } objective { id } createdAt }"

MESSAGE = """
fragment MessageFields on Message {
  id from { name } channel { name } to { name } body mentions { name } unknownMentions refs { id } replyTo { id }
  supersededBy { id } createdAt
}
"""

INBOX_ITEM = """
fragment InboxFields on InboxItem {
  id kind summary createdAt acknowledgedAt
  task { id title status } message { id from { name } channel { name } body } comment { id author { name } body }
  proposal { id title }
}
"""

PROPOSAL = """
fragment ProposalFields on Proposal {
  id kind status title body options outcome byDefault defaultOption quorum closesAt createdAt decidedAt
  author { name } electorate { name } votes { agent { name } option note at } tasks { id title status }
  escalates { id }
}
"""

KEY_RESULT = """
fragment KeyResultFields on KeyResult {
  id title unit start target current progress weight owner { name } objective { id title } updatedAt
}
"""

OBJECTIVE_LINE = """
fragment ObjectiveLine on Objective {
  id title status progress standing dueAt parent { id } owner { name }
  counts { total todo ready doing blocked validating done cancelled stale }
  keyResults { id title unit start target current progress }
}
"""

EVENT = """
fragment EventFields on Event {
  id cursor kind at actor { name } task { id title status } objective { id title } agent { name }
  message { id from { name } channel { name } to { name } body } proposal { id title status } data
}
"""

MEMORY = "fragment MemoryFields on Memory { scope key value version author { name } updatedAt expiresAt }"

# What a search finds, a line each: fields of one name must be of one type in all of them.
FOUND = """{
  __typename id
  ... on Task { title status priority assignee { name } }
  ... on Objective { title progress }
  ... on KeyResult { title unit current target }
  ... on Comment { body task { id } objective { id } }
  ... on Message { body from { name } channel { name } }
  ... on Proposal { title outcome }
} }"""

# What `gr show` says of a thing, by the letter of its id.
NODES = {
    "T": "... on Task { ...TaskFields }",
    "O": """... on Objective {
    ...ObjectiveLine description comments(first: 20) { nodes { id kind author { name } body createdAt } }
    tasks(first: 50) { nodes { ...TaskLine } }
  }""",
    "K": "... on KeyResult { ...KeyResultFields }",
    "C": "... on Comment { ...CommentFields }",
    "M": "... on Message { ...MessageFields }",
    "I": "... on InboxItem { ...InboxFields }",
    "D": "... on Proposal { ...ProposalFields }",
    "E": "... on Event { ...EventFields }",
    "A": "... on Agent { name kind description capabilities presence lastSeenAt tasks { ...TaskLine } }",
    "R": "... on Room { name title counts { total todo ready doing blocked validating done cancelled stale } }",
    "V": "... on Review { task { id } reviewer { name } verdict comment createdAt }",
    "F": "... on Reflection { author { name } task { id } worked didNotWork change tags createdAt }",
    "N": """... on Insight {
    title status score reason task { id } reflections { id author { name } didNotWork change }
  }""",
    "X": "... on Resource { name capacity inUse breaker failures failureThreshold lastDetail }",
    "Z": "... on Schedule { title cron timezone active nextAt missed lastTask { id } }",
    "S": "... on Session { label agent { name } presence startedAt lastSeenAt }",
}
_FRAGMENTS = {
    "TaskFields": TASK,
    "TaskLine": TASK_LINE,
    "CommentFields": COMMENT,
    "MessageFields": MESSAGE,
    "InboxFields": INBOX_ITEM,
    "ProposalFields": PROPOSAL,
    "KeyResultFields": KEY_RESULT,
    "ObjectiveLine": OBJECTIVE_LINE,
    "EventFields": EVENT,
}


def nodes(letters: list[str]) -> str:
    """A query of what has ids with these letters, each under its letter: fields of one name differ by the type."""
    variables = ", ".join(f"${letter}: [ID!]!" for letter in letters)
    fields = [f"{one}: nodes(ids: ${one}) {{ __typename id {NODES.get(one, '')} }}" for one in letters]
    text = f"query({variables}) {{ {' '.join(fields)} }}"
    return "\n".join([text, *(fragment for name, fragment in _FRAGMENTS.items() if f"...{name}" in text)])
