"""Signs of life: they renew what the caller holds, and say what it lost."""

import time
from typing import Any

from goalroom_client.call import Answer, Call, Command, arg
from goalroom_client.hook_state import HookState
from goalroom_client.input_texts import filled, seconds

_BEAT = """
mutation($input: HeartbeatInput) {
  heartbeat(input: $input) {
    agent { id name } session { id label } leases { task { id title } fence expiresAt }
    lost { id title status } stale { id title } unacknowledged nextWithinSeconds
  }
}
"""
_AWAY_S = 10


def beat(call: Call) -> Answer | None:
    options = call.options
    if options.throttle:
        pulse = throttled(call, call.session, options.quiet)
        if pulse is None:
            return Answer(None, "")
    else:
        pulse = heartbeat(call, call.session, options.quiet)
    return Answer(pulse, said(pulse))


def throttled(call: Call, session: str | None, quiet: int | None = None) -> dict[str, Any] | None:
    """As `heartbeat`; None where the last one was a moment ago, without asking the server."""
    settings = call.settings
    state = HookState(settings.url, settings.token, session, "beat")
    if quiet is None and 0 <= state.number("next") - time.time() < seconds("1d"):
        return None
    # Where the server is away, not each use of a tool finds that out anew.
    state.keep(next=time.time() + _AWAY_S)
    pulse = heartbeat(call, session, quiet)
    # The server's time is a third of what is left: the next use of a tool is soon enough.
    state.keep(next=time.time() + pulse["nextWithinSeconds"])
    return pulse


def heartbeat(call: Call, session: str | None, quiet: int | None = None) -> dict[str, Any]:
    """I am here."""
    pulse: dict[str, Any] = call.create(_BEAT, **filled(session=session, quietSeconds=quiet))
    return pulse


def said(pulse: dict[str, Any]) -> str:
    """What a holder must know."""
    lines = [f"{task['id']} is no longer yours ({task['status']}): stop working on it." for task in pulse["lost"]]
    lines += [f"{task['id']} is stale: say how it goes, gr say {task['id']} TEXT --progress" for task in pulse["stale"]]
    lines += [f"{lease['task']['id']} is yours until {lease['expiresAt']}" for lease in pulse["leases"]]
    if waiting := pulse["unacknowledged"]:
        lines.append(f"{waiting} in your inbox: gr brief")
    return "\n".join([*lines, f"Beat again within {pulse['nextWithinSeconds']} s."])


COMMANDS = {
    "beat": Command(
        beat,
        (
            arg("--quiet", type=seconds, metavar="10m", help="nothing will be heard of you for so long: a long build"),
            arg("--throttle", action="store_true", help="asks the server only when it is time to, for hooks"),
        ),
    ),
}
