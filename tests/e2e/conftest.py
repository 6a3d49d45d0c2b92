from collections.abc import Generator
from pathlib import Path

import pytest

from goalroom.postgres.embedded import Cluster
from tests.conftest import NewCluster


@pytest.fixture
def new_home(tmp_path: Path) -> Generator[Path]:
    """A data directory to be, whose Postgres doesn't outlive the test, whatever was killed in it."""
    path = tmp_path / "home"
    yield path
    if (path / "postgres" / "postmaster.pid").exists():
        with Cluster(path):
            pass


@pytest.fixture
def home(new_home: Path, new_cluster: NewCluster) -> Path:
    """Likewise, with a Postgres in it that never ran."""
    new_cluster(new_home)
    return new_home


@pytest.fixture
def shared_postgres(tmp_path: Path, new_cluster: NewCluster) -> Generator[Cluster]:
    """One for several servers, which outlives each of them."""
    with new_cluster(tmp_path / "postgres") as cluster:
        yield cluster
