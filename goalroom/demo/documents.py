"""What the agents ask of the API, word for word."""

HEARTBEAT = """
mutation($input: HeartbeatInput) {
  heartbeat(input: $input) { lost { id title } unacknowledged nextWithinSeconds }
}"""

INBOX = """
{ inbox(first: 20) { nodes {
  id kind task { id title status reviewer { name } } proposal { id kind status options }
  message { id body from { name } replyTo { id }
    refs { id ... on Task { title taskStatus: status } ... on Objective { title goalStatus: status } } } } } }"""

ACKNOWLEDGE = "mutation($items: [ID!]) { acknowledge(input: {items: $items}) }"

SEND = "mutation($input: SendMessageInput!) { sendMessage(input: $input) { id } }"

REPLIES = "query($id: ID!) { node(id: $id) { ... on Message { replies(first: 20) { nodes { body from { name } } } } } }"

BRIEFING = "query($room: ID) { briefing(room: $room) { cursor tasks { id title status } } }"

_TASK = """
id title status attempts notes priority labels objective { id } parent { id } assignee { name } reviewer { name }
criteria { id text accepted } resources { name } keyResults { id } reviews { verdict } lease { fence }
comments(last: 100) { nodes { body } } dependencies { dependsOn { title } }
subtasks { id title status assignee { name } } reflections { change }
"""

TASK = f"query($id: ID!) {{ task(id: $id) {{ {_TASK} }} }}"

CLAIM_NEXT = f"""
mutation($input: ClaimNextTaskInput) {{
  claimNextTask(input: $input) {{ task {{ {_TASK} }} nothing {{ reason paused }} }}
}}"""

CLAIM = f"mutation($input: ClaimTaskInput!) {{ claimTask(input: $input) {{ task {{ {_TASK} }} }} }}"

COMMENT = "mutation($input: AddCommentInput!) { addComment(input: $input) { id } }"

NOTES = "mutation($input: WriteNotesInput!) { writeNotes(input: $input) { id } }"

MEMORIES = "query($scope: ID!) { memories(scope: $scope) { key value } }"

REMEMBER = "mutation($input: RememberInput!) { remember(input: $input) { version } }"

BLOCK = "mutation($input: BlockTaskInput!) { blockTask(input: $input) { id waitingOn { kind reason } } }"

UNBLOCK = "mutation($task: ID!) { unblockTask(input: {task: $task}) { id status } }"

ESCALATE = "mutation($input: EscalateInput!) { escalate(input: $input) { id } }"

PROPOSE = "mutation($input: ProposeInput!) { propose(input: $input) { id } }"

VOTE = "mutation($input: VoteInput!) { vote(input: $input) { status } }"

REFLECT = "mutation($input: ReflectInput!) { reflect(input: $input) { id } }"

PROMOTE = "mutation($input: PromoteInsightInput!) { promoteInsight(input: $input) { id } }"

RELEASE = "mutation($input: ReleaseTaskInput!) { releaseTask(input: $input) { id status } }"

SUBMIT = "mutation($input: SubmitTaskInput!) { submitTask(input: $input) { id status } }"

ASSIGN = "mutation($input: AssignTaskInput!) { assignTask(input: $input) { id } }"

CANCEL = "mutation($task: ID!, $reason: String!) { cancelTask(input: {task: $task, reason: $reason}) { id status } }"

REPORT = "mutation($input: ReportHealthInput!) { reportHealth(input: $input) { breaker failures } }"

NEXT_REVIEW = "mutation($room: ID) { claimNextReview(input: {room: $room}) { id } }"

REVIEW = "mutation($input: ReviewTaskInput!) { reviewTask(input: $input) { id status } }"

CREATE_TASK = "mutation($input: CreateTaskInput!) { createTask(input: $input) { id } }"

CREATE_TASKS = "mutation($input: CreateTasksInput!) { createTasks(input: $input) { id title ready } }"

CREATE_OBJECTIVE = """
mutation($input: CreateObjectiveInput!) { createObjective(input: $input) { id keyResults { id title } } }"""

UPDATE_OBJECTIVE = "mutation($input: UpdateObjectiveInput!) { updateObjective(input: $input) { id status } }"

UPDATE_KEY_RESULT = "mutation($input: UpdateKeyResultInput!) { updateKeyResult(input: $input) { id progress } }"

GOALS = """
query($room: ID, $after: String) { room(room: $room) { objectives(first: 200, after: $after) {
  nodes { id title status counts { total } owner { name } } pageInfo { hasNextPage endCursor } } } }"""

TOTAL_OBJECTIVES = (
    "query($room: ID) { room(room: $room) { objectives(first: 1, includeArchived: true) { totalCount } } }"
)

GOAL = """
query($id: ID!) { objective(id: $id) {
  id title status counts { total todo ready done cancelled } keyResults { id title start target current }
  tasks(deep: true, filter: {statuses: [TODO, DOING, BLOCKED, VALIDATING, DONE]}, orderBy: CREATED, first: 200) {
    nodes { id title status assignee { name } keyResults { id } } } } }"""

REGISTER = """
mutation($input: RegisterAgentInput!) { registerAgent(input: $input) { token agent { id name } } }"""

ADMIT = "mutation($agent: ID!) { revokeTokens(input: {agent: $agent}) createToken(input: {agent: $agent}) { token } }"

UPDATE_AGENT = "mutation($input: UpdateAgentInput!) { updateAgent(input: $input) { id } }"

ROOM = """
query($room: ID) { room(room: $room) {
  title agents { id name description presence parent { name } tasks { id } } } }"""

CREATE_ROOM = "mutation($input: CreateRoomInput!) { createRoom(input: $input) { id } }"

UPDATE_ROOM = "mutation($input: UpdateRoomInput!) { updateRoom(input: $input) { id } }"

SCHEDULES = "query($room: ID) { room(room: $room) { schedules { title } } }"

CREATE_SCHEDULE = "mutation($input: CreateScheduleInput!) { createSchedule(input: $input) { id } }"

WEBHOOKS = "query($room: ID) { room(room: $room) { webhooks { id url } } }"

DELETE_WEBHOOK = "mutation($webhook: ID!) { deleteWebhook(input: {webhook: $webhook}) }"

CREATE_WEBHOOK = "mutation($input: CreateWebhookInput!) { createWebhook(input: $input) { id } }"

DEFINE_RESOURCE = "mutation($input: DefineResourceInput!) { defineResource(input: $input) { id } }"

WATCH_INBOX = "subscription { inbox { id kind } }"

WATCH_EVENTS = """
subscription($room: ID, $after: String, $kinds: [EventKind!]) {
  events(room: $room, after: $after, kinds: $kinds) {
    cursor kind data actor { name } task { id title } objective { id title } } }"""
