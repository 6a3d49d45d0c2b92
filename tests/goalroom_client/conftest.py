"""Agents at their own machines: `gr` as they type it, against a real server."""

import secrets
from pathlib import Path

import pytest

from tests.e2e.conftest import home, new_home  # noqa: F401  # fixtures
from tests.goalroom_client.machine import Machine
from tests.goalroom_client.team import Team
from tests.goalroom_client.terminal import Terminal


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(scope="module")
def team(server: tuple[str, str], homes: Path) -> Team:
    """A room with the rules that all have unless they say otherwise."""
    return Team(*server, homes)


@pytest.fixture(scope="module")
def worker(team: Team) -> Terminal:
    return team.agent("worker")


@pytest.fixture(scope="module")
def planner(team: Team) -> Terminal:
    return team.agent("planner", kind="HUMAN")


@pytest.fixture
def machine(team: Team, planner: Terminal) -> Machine:
    """A machine of somebody new."""
    agent = team.agent(f"r{secrets.token_hex(3)}")
    agent.environment.pop("GOALROOM_TOKEN")
    return Machine(team, agent, planner)
