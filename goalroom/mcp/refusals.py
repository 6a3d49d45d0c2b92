"""Refusals as a tool answers them: `CODE: message. Next: hint`, then the facts."""

from collections.abc import Mapping

from goalroom.mcp.api import Refusal
from goalroom.mcp.text import compact

# What the API's own hints say with calls of GraphQL, in calls of the tools.
_HINTS: Mapping[str, str] = {
    "UNAUTHENTICATED": "your token is missing, wrong or revoked; ask a person for another",
    "NOT_FOUND": "check the id; look_up shows what you can see",
    "ALREADY_CLAIMED": "claim_task without `task` takes another",
    "ASSIGNED_TO_OTHER": "claim_task without `task` takes another",
    "PAUSED": "go on with what you hold; check_in with waitSeconds waits for news",
    "NOT_READY": "waitingOn says what it waits for; claim_task without `task` takes another",
    "NOT_HOLDER": "stop working on it; claim_task takes it once it is free",
    "STALE_LEASE": "stop working on it, or claim_task takes it again",
    "MISSING_CAPABILITIES": "claim_task without `task` takes one that you can do",
    "WIP_LIMIT": "submit_task or release_task one that you hold first",
    "CRITERIA_REQUIRED": "claim_task with `criteria`: what must hold for it to be done",
    "CRITERIA_FROZEN": "send_message to its creator, who can change them",
    "CRITERIA_UNMET": "meet those in `unmet`, and call again with {id, met: true, evidence} for each criterion",
    "HANDOFF_REQUIRED": "release_task with `done` and `pending`",
    "REFLECTION_REQUIRED": "submit_task again with `reflection`",
    "REVIEW_REQUIRED": "submit_task hands it in for review",
    "SELF_REVIEW": "leave it to others; claim_task with kind review takes one that you may judge",
    "WRONG_STATUS": "look_up it before you go on",
    "VERSION_CONFLICT": "recall it, then remember with that version as ifVersion",
    "IDEMPOTENCY_MISMATCH": "use a new key for a new request",
    "DEPENDENCY_CYCLE": "let one of these tasks wait for another one, or for none",
    "RATE_LIMITED": "wait retryAfterSeconds, then call again; waitSeconds waits without asking",
}
_SAVED = "Your text was saved as a comment."


def refused(refusal: Refusal) -> str:
    """The answer to a call that was refused; what it had done before stands behind it."""
    hint = _HINTS.get(refusal.code, refusal.hint) if refusal.is_of_api else refusal.hint
    if _SAVED in refusal.hint:
        hint = f"{hint}; your text was kept as a comment"
    lines = [f"{refusal.code}: {_sentence(refusal.message)}" + (f" Next: {_sentence(hint)}" if hint else "")]
    if refusal.facts:
        lines.append(compact(refusal.facts))
    return "\n".join([*lines, *refusal.done])


def _sentence(text: str) -> str:
    """On one line, with a stop at its end."""
    line = " ".join(text.split())
    return line if line.endswith((".", "?", "!", "…")) else f"{line}."
