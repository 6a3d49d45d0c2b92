"""Logs go to standard error: lines for people on a terminal, JSON otherwise."""

import json
import logging
import sys
from datetime import UTC, datetime

_PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "color_message", "taskName"}


class _JsonLines(logging.Formatter):
    """One JSON object a line: when, how bad, who, what, and the fields that the caller gave as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= {name: value for name, value in record.__dict__.items() if name not in _PLAIN}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


def _shorten(record: logging.LogRecord) -> bool:
    """A warning is something that we live with, such as a database that is restarting: what, but not where from."""
    if record.exc_info and record.levelno < logging.ERROR:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]!r}", ()
        record.exc_info = None
    return True


def to_stderr(level: int) -> None:
    """Send what this process logs from this level on to standard error, in the form its reader needs."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        logging.Formatter("%(asctime)s %(levelname)-7s %(name)s: %(message)s", "%H:%M:%S")
        if sys.stderr.isatty()
        else _JsonLines()
    )
    handler.addFilter(_shorten)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # It says a line at each WebSocket that comes and goes.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
