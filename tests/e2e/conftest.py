from collections.abc import Generator
from pathlib import Path

import pytest

from goalroom.postgres.embedded import Cluster


@pytest.fixture
def home(tmp_path: Path) -> Generator[Path]:
    """A data directory to be, whose Postgres doesn't outlive the test, whatever was killed in it."""
    path = tmp_path / "home"
    yield path
    if (path / "postgres").exists():
        with Cluster(path):
            pass


@pytest.fixture
def shared_postgres(tmp_path: Path) -> Generator[Cluster]:
    """One for several servers, which outlives each of them."""
    with Cluster(tmp_path / "postgres") as cluster:
        yield cluster
