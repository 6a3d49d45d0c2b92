from collections import Counter

import pytest
from graphql import build_schema, parse, validate

from goalroom.demo import documents, roles, scenario_list
from goalroom.demo.scenario_model import Ask, Block, Discover, Outage, Story, trace
from resolvers.build import sdl

DOCUMENTS = {name: text for name, text in vars(documents).items() if name.isupper() and not name.startswith("_")}


def test_what_players_ask_fits_the_schema() -> None:
    schema = build_schema(sdl())

    assert {name: wrong for name, text in DOCUMENTS.items() if (wrong := validate(schema, parse(text)))} == {}


@pytest.mark.parametrize("story", scenario_list.STORIES, ids=lambda story: story.title)
def test_a_story_can_be_told_to_its_end(story: Story) -> None:
    known: set[str] = set()
    planned = [job for part in story.parts for job in part.jobs]
    for job in planned:
        known.add(job.ref)
    found = {job.ref for job in story.found}

    assert [ref for job in planned for ref in job.after if ref not in known] == []
    assert {step.ref for job in planned for step in job.steps if isinstance(step, Discover)} == found
    assert {number for job in planned for number in job.moves} == set(range(len(story.measures)))
    assert [job.ref for job in story.jobs() if not job.criteria or not job.steps] == []
    assert [job.ref for job in story.jobs() if job.objection and not job.rework] == []
    assert any(isinstance(step, Outage) for job in planned for step in job.steps)


def test_titles_and_traces_tell_apart_what_is_done() -> None:
    jobs = [job for story in scenario_list.STORIES for job in story.jobs()]
    traces = [text for job in jobs for step in job.steps if (text := trace(step))]

    assert [title for title, count in Counter(job.title for job in jobs).items() if count > 1] == []
    assert [text for text, count in Counter(traces).items() if count > 1] == []


def test_stories_take_turns_and_none_is_told_twice_at_once() -> None:
    titles = [story.title for story in scenario_list.STORIES]

    assert [scenario_list.next_story(told, ()).title for told in range(4)] == [*titles, titles[0]]
    assert scenario_list.next_story(0, titles[:1]).title == titles[1]
    assert scenario_list.next_story(2, titles[2:]).title == titles[0]
    assert scenario_list.next_story(1, titles).title == titles[1]


def test_each_question_finds_its_answer_in_a_message() -> None:
    steps = [step for story in scenario_list.STORIES for job in story.jobs() for step in job.steps]

    for step in steps:
        if isinstance(step, Ask):
            assert scenario_list.answer_to(f"@somebody T1: {step.text}") == step.answer
        if isinstance(step, Block):
            assert scenario_list.unblocking(f"@somebody T1 is blocked: {step.reason}.") == step.answer
    assert scenario_list.answer_to("What is for dinner?") is None


@pytest.mark.parametrize("agents", range(4, 25))
def test_a_company_has_all_parts_and_every_skill_at_any_size(agents: int) -> None:
    company = roles.company(agents)

    assert len(company) == agents + 1
    assert len({role.name for role in company}) == len(company)
    assert {role.part for role in company} == {roles.PERSON, roles.PLANNER, roles.REVIEWER, roles.WORKER}
    skills = {skill for role in company for skill in role.capabilities}
    assert skills >= {skill for story in scenario_list.STORIES for job in story.jobs() for skill in job.capabilities}


def test_a_casting_survives_the_way_to_its_process() -> None:
    part = roles.Casting(
        url="http://127.0.0.1:1",
        token="t",
        part="worker",
        name="juno",
        session="1",
        speed=2.5,
        seed=1,
        cast={"worker": ["juno"]},
    )

    assert roles.Casting.of_line(part.to_line()) == part
