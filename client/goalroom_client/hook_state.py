"""What hooks of one session remember from one call to the next, in a file of the user's."""

import contextlib
import hashlib
import json
import time
from typing import Any

from goalroom_client.user_files import state_directory, write_private

_OLD_S = 7 * 86_400


class HookState:
    """A few facts under a name that nobody can read a token from."""

    def __init__(self, *names: str | None) -> None:
        name = hashlib.sha256("\n".join(str(one) for one in names).encode()).hexdigest()[:24]
        self._path = state_directory() / "hooks" / f"{name}.json"
        self._facts: dict[str, Any] = {}
        # Whatever is wrong with it, it is as if nothing was known.
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self._path.read_text("utf-8"))
            self._facts = found if isinstance(found, dict) else {}

    def number(self, name: str) -> float:
        """A fact that is a number; 0 where there is none."""
        value = self._facts.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    def keep(self, **facts: float) -> None:
        """These from now on; where they can't be kept, the next call asks the server again."""
        self._facts |= facts
        with contextlib.suppress(OSError):
            write_private(self._path, json.dumps(self._facts))

    def drop_old(self) -> None:
        """Those of sessions that ended long ago."""
        with contextlib.suppress(OSError):
            for path in self._path.parent.glob("*.json"):
                if path.stat().st_mtime < time.time() - _OLD_S:
                    path.unlink(missing_ok=True)
