"""Work that fails is tried again until it succeeds, and the log says so once."""

import asyncio
import itertools
import logging

import pytest

from db.core.retry import Retry


async def run(retry: Retry, *outcomes: Exception | str) -> tuple[str, list[float]]:
    """What it comes to, and the pauses between the attempts."""
    rest, times = iter(outcomes), list[float]()

    async def attempt() -> str:
        times.append(asyncio.get_running_loop().time())
        outcome = next(rest)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    answer = await retry.until_done(attempt)
    return answer, [later - earlier for earlier, later in itertools.pairwise(times)]


def logged(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [(record.levelno, record.message) for record in caplog.records if record.name == "db.core.retry"]


async def test_pauses_double_up_to_the_longest() -> None:
    answer, pauses = await run(Retry("reading", 0.02, 0.06), *[OSError()] * 4, "read")

    assert answer == "read"
    assert all(wanted <= pause < wanted + 0.5 for pause, wanted in zip(pauses, (0.02, 0.04, 0.06, 0.06), strict=True))


async def test_the_first_failure_of_a_kind_and_the_recovery_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    retry = Retry("reading", 0.0, 0.0)
    unavailable, failed, recovered = (
        (logging.INFO, "unavailable, retrying"),
        (logging.ERROR, "failed, retrying"),
        (logging.INFO, "recovered"),
    )
    with caplog.at_level(logging.INFO):
        await run(retry, OSError(), ConnectionError(), TimeoutError(), "read")
        assert logged(caplog) == [unavailable, recovered]

        await run(retry, OSError(), KeyError(), OSError(), KeyError(), "read", "read")
        assert logged(caplog)[2:] == [unavailable, failed, recovered]


async def test_other_errors_go_to_the_caller() -> None:
    retry = Retry("reading", 0.0, 0.0, retries=lambda error: isinstance(error, OSError))

    with pytest.raises(KeyError):
        await run(retry, OSError(), KeyError("mine"), "read")


async def test_what_runs_for_long_has_recovered_before_it_ends(caplog: pytest.LogCaptureFixture) -> None:
    retry, failures = Retry("following", 0.0, 0.0, steady_seconds=0.01), iter([OSError()])

    async def follow() -> None:
        for error in failures:
            raise error
        await asyncio.sleep(0.1)
        assert logged(caplog)[-1] == (logging.INFO, "recovered")

    with caplog.at_level(logging.INFO):
        await retry.until_done(follow)
