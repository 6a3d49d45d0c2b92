"""What operators read: one line of JSON for each event, or a line for a person, and never a secret."""

import json
import logging
import os
import secrets

import pytest
import structlog

from goalroom.observability import structured_logging

TOKEN = f"gr_{secrets.token_urlsafe(32)}"


def line(
    message: str,
    level: int = logging.INFO,
    *,
    for_people: bool = False,
    error: Exception | None = None,
    **fields: object,
) -> str:
    logger = logging.getLogger("goalroom.test")
    failed = (type(error), error, error.__traceback__) if error else None
    record = logger.makeRecord("goalroom.test", level, __file__, 1, message, (), failed, extra=fields)
    return structured_logging.formatter(for_people=for_people).format(record)


def failure(why: str) -> Exception:
    with pytest.raises(KeyError) as raised:
        os.environ[why]
    return raised.value


def test_a_line_of_json_has_the_fields_of_its_event_and_of_its_request() -> None:
    with structlog.contextvars.bound_contextvars(request_id="abc"):
        said = json.loads(line("serving", port=1))

    assert said.pop("at").endswith("Z")
    assert said == {"message": "serving", "level": "info", "logger": "goalroom.test", "port": 1, "request_id": "abc"}


def test_people_get_the_same_in_a_line() -> None:
    said = line("serving", for_people=True, port=1)

    assert "serving" in said
    assert "port" in said
    assert not said.startswith("{")


def test_an_error_says_where_it_came_from_and_a_warning_only_what() -> None:
    error = json.loads(line("broken", logging.ERROR, error=failure("wrong")))
    warning = json.loads(line("broken", logging.WARNING, error=failure("wrong")))

    assert "Traceback" in error["exception"]
    assert warning["error"] == "KeyError('wrong')"
    assert "exception" not in warning


def test_no_token_is_in_a_line_wherever_it_came_from() -> None:
    said = [
        line(f"{TOKEN} came", logging.ERROR, for_people=people, header=f"Bearer {TOKEN}", error=failure(TOKEN))
        for people in (True, False)
    ]

    assert [TOKEN in one for one in said] == [False, False]
    assert ["gr_…" in one or "gr_\\u2026" in one for one in said] == [True, True]
