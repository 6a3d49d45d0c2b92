"""Logs go to standard error: lines for people on a terminal, JSON otherwise."""

import logging
import sys
import warnings

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from goalroom.observability.redaction import redact


def to_stderr(level: int) -> None:
    """Send what this process logs from this level on to standard error, in the form its reader needs."""
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(for_people=sys.stderr.isatty()))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    # Where a request is cut off, the engine may hold coroutines in others that never began: nothing is lost with them.
    warnings.filterwarnings("ignore", r"coroutine '.*_async_resolver' was never awaited", RuntimeWarning)
    # It says a line at each WebSocket that comes and goes.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


def formatter(*, for_people: bool) -> logging.Formatter:
    """When, how bad, who, what, the fields given as `extra`, and those of the request that it belongs to."""
    about: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        _shorten,
    ]
    if for_people:
        shown: list[Processor] = [
            structlog.processors.TimeStamper("%H:%M:%S", utc=False),
            # The default shows the values of variables, and some of those are secrets.
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
        ]
    else:
        shown = [
            structlog.processors.TimeStamper("iso", key="at"),
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(default=str),
        ]
    return structlog.stdlib.ProcessorFormatter(processors=[*about, *shown, _redacted])


def _shorten(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Log warnings without a traceback: they are expected, such as a database that is restarting."""
    failed = line.get("exc_info")
    if failed and line["level"] not in {"error", "critical"}:
        line["error"] = repr(failed[1])
        del line["exc_info"]
    return line


def _redacted(_logger: WrappedLogger, _method: str, line: EventDict) -> str:
    return redact(str(line))
