from collections import Counter

import pytest
from graphql import build_schema, parse, validate

from goalroom.demo import documents, roles, scenario_list
from goalroom.demo.scenario_model import Ask, Block, Discover, Outage, Scenario, trace
from resolvers.build import sdl

DOCUMENTS = {name: text for name, text in vars(documents).items() if name.isupper() and not name.startswith("_")}


def test_documents_fit_the_schema() -> None:
    schema = build_schema(sdl())

    assert {name: wrong for name, text in DOCUMENTS.items() if (wrong := validate(schema, parse(text)))} == {}


@pytest.mark.parametrize("scenario", scenario_list.SCENARIOS, ids=lambda scenario: scenario.title)
def test_a_scenario_can_be_finished(scenario: Scenario) -> None:
    known: set[str] = set()
    planned = [job for part in scenario.parts for job in part.jobs]
    for job in planned:
        known.add(job.ref)
    found = {job.ref for job in scenario.found}

    assert [ref for job in planned for ref in job.after if ref not in known] == []
    assert {step.ref for job in planned for step in job.steps if isinstance(step, Discover)} == found
    assert {number for job in planned for number in job.moves} == set(range(len(scenario.key_results)))
    assert [job.ref for job in scenario.jobs() if not job.criteria or not job.steps] == []
    assert [job.ref for job in scenario.jobs() if job.objection and not job.rework] == []
    assert any(isinstance(step, Outage) for job in planned for step in job.steps)


def test_titles_and_traces_are_unique() -> None:
    jobs = [job for scenario in scenario_list.SCENARIOS for job in scenario.jobs()]
    traces = [text for job in jobs for step in job.steps if (text := trace(step))]

    assert [title for title, count in Counter(job.title for job in jobs).items() if count > 1] == []
    assert [text for text, count in Counter(traces).items() if count > 1] == []


def test_scenarios_take_turns_and_none_runs_twice_at_once() -> None:
    titles = [scenario.title for scenario in scenario_list.SCENARIOS]

    assert [scenario_list.next_scenario(started, ()).title for started in range(4)] == [*titles, titles[0]]
    assert scenario_list.next_scenario(0, titles[:1]).title == titles[1]
    assert scenario_list.next_scenario(2, titles[2:]).title == titles[0]
    assert scenario_list.next_scenario(1, titles).title == titles[1]


def test_each_question_finds_its_answer_in_a_message() -> None:
    steps = [step for scenario in scenario_list.SCENARIOS for job in scenario.jobs() for step in job.steps]

    for step in steps:
        if isinstance(step, Ask):
            assert scenario_list.answer_to(f"@somebody T1: {step.text}") == step.answer
        if isinstance(step, Block):
            assert scenario_list.unblocking_answer(f"@somebody T1 is blocked: {step.reason}.") == step.answer
    assert scenario_list.answer_to("What is for dinner?") is None


@pytest.mark.parametrize("agents", range(4, 25))
def test_a_team_of_any_size_has_every_kind_and_every_capability(agents: int) -> None:
    team = roles.team(agents)

    assert len(team) == agents + 1
    assert len({role.name for role in team}) == len(team)
    assert {role.kind for role in team} == {roles.HUMAN, roles.PLANNER, roles.REVIEWER, roles.WORKER}
    skills = {skill for role in team for skill in role.capabilities}
    assert skills >= {
        skill for scenario in scenario_list.SCENARIOS for job in scenario.jobs() for skill in job.capabilities
    }


def test_a_config_is_read_as_it_was_written() -> None:
    config = roles.AgentConfig(
        url="http://127.0.0.1:1",
        token="t",
        kind="worker",
        name="juno",
        session="1",
        speed=2.5,
        seed=1,
        names={"worker": ["juno"]},
    )

    assert roles.AgentConfig.from_line(config.to_line()) == config
