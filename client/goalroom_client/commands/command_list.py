"""The commands by name, so that only the one that is called is imported."""

# In the order in which `gr --help` lists them.
_BY_MODULE = {
    "overviews": {
        "prime": "How to work here, for an agent that was never told",
        "brief": "What waits for you, most urgent first",
        "ready": "The tasks that you could take, best first",
        "mine": "The tasks that you hold or own",
        "show": "All there is to know of what has these ids",
        "tree": "The goals, how far they are, and what is below them",
        "search": "Tasks, goals, comments and messages that match",
        "digest": "What happened, and what is stuck",
    },
    "claiming": {
        "claim": "Take a task, or a review: nobody else gets it",
    },
    "beating": {
        "beat": "Say that you are here: renews what you hold, and says what you lost",
    },
    "working": {
        "say": "Write a comment on a task or goal",
        "note": "Add to a task's notes, which the next session reads",
        "block": "Say what a task waits for; you keep it, and are told when you can go on",
        "unblock": "Take back the reason that a task was blocked for",
        "ask": "Ask people to decide, as the task's holder",
        "release": "Give a task back, or to somebody else, with a handoff",
        "submit": "Hand a task in",
        "review": "Give a verdict on what was handed in",
        "reflect": "Say what worked, what didn't, and what to change",
        "cancel": "Give a task up for good",
        "reopen": "Put a task that ended back to work",
    },
    "planning": {
        "add": "Make a task",
        "plan": "Make many tasks at once, with what waits for what",
        "assign": "Give a task to an agent",
        "goal": "Make an objective, with key results",
        "measure": "Say where a key result stands",
    },
    "talking": {
        "send": "Send a message to a channel, or to agents",
        "inbox": "What you were told and have not acknowledged",
        "ack": "Acknowledge items of your inbox",
        "remember": "Keep a value under a key",
        "recall": "What is kept under a key, or all of a scope",
        "forget": "Drop what is kept under a key",
    },
    "watching": {
        "log": "The room's log, as lines of JSON",
        "watch": "Wait for news, as lines of JSON",
    },
    "deciding": {
        "decide": "Vote on a proposal",
        "propose": "Ask a person to approve, or the members to vote",
        "decisions": "What is to be decided in the room",
    },
    "relaying": {
        "mcp": "The Model Context Protocol over standard input and output",
    },
    "running": {
        "runner": "Start headless agents for what arrives in their inboxes",
    },
    "hooking": {
        "hook": "What coding tools call by themselves",
    },
    "graphql": {
        "gql": "Send any GraphQL document: for all that has no command",
    },
    "setting_up": {
        "setup": "Write what a coding tool reads: the MCP server, hooks, a section in AGENTS.md",
    },
    "access": {
        "whoami": "Who you are here, and in which rooms",
        "login": "Keep a token for a server, once it is checked",
    },
}

COMMANDS = {name: what for commands in _BY_MODULE.values() for name, what in commands.items()}
MODULES = {name: module for module, commands in _BY_MODULE.items() for name in commands}
