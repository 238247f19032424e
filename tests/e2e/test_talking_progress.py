"""The seven steps as a member walks them: next, done, smaller, later, step, roadmap, undo, and what is typed wrong."""

import asyncio
from datetime import timedelta

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.progress import Kind, Progress
from bot.mentoring.samples import PLACED
from bot.message import Progress as Bar
from bot.message import Table, plain
from content.pack import Pack
from tests.fakes.talking import Talk, buttons, fields, happened, options, standing


@pytest.fixture
def pack(knowledge: Knowledge) -> Pack:
    return knowledge.library.pack("en")


async def test_next_shows_the_action_whole(talk: Talk, pack: Pack) -> None:
    await talk(PLACED)
    action = pack.steps[2].actions[0]
    message = await talk("next")
    said = plain(message)
    assert action.title in message.title
    for words in (action.do, action.how, action.evidence, action.smaller.do, f"about {action.minutes} minutes"):
        assert words in said
    assert list(buttons(message).values()) == [f"{verb} {action.id}" for verb in ("done", "smaller", "later", "plan")]


async def test_every_action_says_how_it_stands_with_permission_and_patient_data(talk: Talk, pack: Pack) -> None:
    await talk(PLACED)
    actions = [action for step in pack.steps for action in step.actions] + list(pack.practices)
    manager = [action for action in actions if action.permission == "manager"]
    training = [action for action in actions if action.patient_data == "training-only"]
    assert min(len(actions), len(manager), len(training)) >= 1
    asks, trains = plain(await talk(f"next {manager[0].id}")), plain(await talk(f"next {training[0].id}"))
    assert "Permission: Ask your manager first." in asks
    assert "Patient data: None. Use the training environment only" in trains
    free = next(a for a in actions if (a.permission, a.patient_data) == ("none", "none"))
    said = plain(await talk(f"next {free.id}"))
    assert "Permission: None needed." in said
    assert "Patient data: This action uses none." in said


async def test_done_marks_the_current_action_and_says_what_is_left(talk: Talk, database: Database, pack: Pack) -> None:
    await talk(PLACED)
    action = pack.steps[2].actions[0]
    message = await talk("done")
    assert action.title in message.title
    assert f"{len(pack.steps[2].actions) - 1} actions are left in step 3" in plain(message)
    assert fields(message) == [f"result {action.id}"]
    assert set((await standing(database, pack)).done) == {action.id}
    assert pack.steps[2].actions[1].title in (await talk("next")).title


async def test_done_twice_is_told_kindly_and_counts_once(talk: Talk, database: Database, pack: Pack) -> None:
    await talk(PLACED)
    await talk("done find-a-root-cause")
    before = await standing(database, pack)
    again = await talk("done find-a-root-cause")
    assert "Already done" in again.title
    assert "November 23, 2026" in plain(again)
    assert "Already done" in (await talk("later find-a-root-cause")).title
    assert "Already done" in (await talk("smaller find-a-root-cause")).title
    assert await standing(database, pack) == before
    assert "have done this one" in (await talk("next find-a-root-cause")).title


async def test_two_presses_at_one_moment_count_once(talk: Talk, database: Database, calendar: FixedClock) -> None:
    await talk(PLACED)
    calendar.move(timedelta(minutes=1))
    replies = await asyncio.gather(*(talk("done find-a-root-cause") for _ in range(4)))
    assert sorted(reply.title.startswith("Done") for reply in replies) == [False, False, False, True]
    assert [event.kind for event in await happened(database)] == [Kind.PLACED, Kind.DONE]


async def test_the_last_action_of_a_step_leads_on_and_undo_returns(talk: Talk, database: Database, pack: Pack) -> None:
    await talk(PLACED)
    for action in pack.steps[2].actions:
        message = await talk(f"done {action.id}")
    assert "you are now on step 4" in plain(message)
    assert (await standing(database, pack)).step == 4
    back = await talk(buttons(message)["Undo"])
    assert "is open again" in back.title
    assert "step 3" in plain(back)
    assert (await standing(database, pack)).step == 3


async def test_steps_6_and_7_end_with_what_may_come_next(talk: Talk, database: Database, pack: Pack) -> None:
    await talk("step 6 go")
    for action in pack.steps[5].actions:
        message = await talk(f"done {action.id}")
    assert "every action of step 6" in plain(message)
    assert "milestone got-the-job reached" in plain(message)
    assert (await standing(database, pack)).step == 6
    assert "Your next action" in (await talk("next")).title


async def test_a_practice_may_be_done_again_after_its_gap(
    talk: Talk, database: Database, calendar: FixedClock, pack: Pack
) -> None:
    practice = pack.practices[0]
    assert f"in {practice.gap_weeks} weeks" in plain(await talk(f"done {practice.id}"))
    calendar.move(timedelta(weeks=practice.gap_weeks) - timedelta(days=1))
    assert "Already done" in (await talk(f"done {practice.id}")).title
    calendar.move(timedelta(days=1))
    assert (await talk(f"done {practice.id}")).title.startswith("Done")
    assert [event.kind for event in await happened(database)] == [Kind.DONE, Kind.DONE]


async def test_smaller_shows_less_and_comes_first_from_then_on(talk: Talk, database: Database, pack: Pack) -> None:
    await talk(PLACED)
    action = pack.steps[2].actions[0]
    message = await talk("smaller")
    assert action.smaller.do in plain(message)
    assert action.how not in plain(message)
    assert buttons(message)["More"] == f"next {action.id}"
    await talk("smaller")
    assert [event.kind for event in await happened(database)] == [Kind.PLACED, Kind.SMALLER]
    said = plain(await talk("next"))
    assert said.index(action.smaller.do) < said.index(action.do)


async def test_later_says_when_it_may_return(talk: Talk, database: Database, calendar: FixedClock, pack: Pack) -> None:
    await talk(PLACED)
    action = pack.steps[2].actions[0]
    message = await talk("later")
    assert pack.action_gap_weeks == 4
    assert "the week of December 21, 2026" in plain(message)
    assert pack.steps[2].actions[1].title in (await talk("next")).title
    calendar.move(timedelta(weeks=3))
    assert "December 21, 2026" in plain(await talk(f"later {action.id}"))
    calendar.move(timedelta(weeks=1))
    assert "January 18, 2027" in plain(await talk(f"later {action.id}"))
    assert [event.kind for event in await happened(database)] == [Kind.PLACED, Kind.LATER, Kind.LATER]


async def test_the_roadmap_shows_seven_steps_and_where_i_am(talk: Talk, pack: Pack) -> None:
    assert buttons(await talk("roadmap"))["Find my step"] == "start"
    await talk(PLACED)
    await talk("done find-a-root-cause")
    message = await talk("roadmap")
    assert "step 3" in message.title
    table = next(block for block in message.blocks if isinstance(block, Table))
    assert [row[0][0].text[:2] for row in table.rows if hasattr(row[0][0], "text")] == [f"{n}." for n in range(1, 8)]
    here = [row for row in table.rows if "You are here" in str(row)]
    assert len(here) == 1
    assert f"1 of {len(pack.steps[2].actions)}" in str(here[0])
    assert list(options(message).values()) == [f"step {number}" for number in range(1, 8)]


async def test_a_step_shows_its_parts_and_can_become_mine(talk: Talk, database: Database, pack: Pack) -> None:
    await talk(PLACED)
    await talk("done write-your-introduction")
    step = pack.steps[4]
    message = await talk("step 5")
    said = plain(message)
    parts = [action.title for action in step.actions] + [one.title for one in step.milestones]
    assert len(parts) >= 7
    for words in (step.purpose, *parts, *(link.title for link in step.links)):
        assert words in said
    assert "read on the" in said
    assert next(block for block in message.blocks if isinstance(block, Bar)).done == 1
    moved = await talk(buttons(message)["Make step 5 mine"])
    assert "step 5" in moved.title
    assert (await standing(database, pack)).step == 5
    assert "already" in plain(await talk("step 5 go")) or "Nothing changed" in plain(await talk("step 5 go"))
    await talk("step 3 go")
    assert (await standing(database, pack)).step == 3
    assert len(await happened(database)) == 4


async def test_an_unknown_step_gets_a_clear_sentence(talk: Talk, database: Database) -> None:
    for line in ("step 0", "step 8", "step -1", "step 99999999", "step seven", "step ٣", "step *"):
        message = await talk(line)
        assert message.title == "The roadmap has steps 1 to 7", line
        assert len(options(message)) == 7
    assert await happened(database) == []


async def test_a_step_goes_by_its_name_too(talk: Talk) -> None:
    assert (await talk("step Networking")).title.startswith("Step 5")
    assert (await talk("step 5?")).title.startswith("Step 5")


async def test_an_unknown_action_brings_the_nearest(talk: Talk, database: Database) -> None:
    for command in ("next", "done", "smaller", "later"):
        message = await talk(f"{command} find-root-causes")
        assert "no action of that name" in message.title
        assert f"{command} find-a-root-cause" in buttons(message).values()
        assert "next" in buttons(await talk(f"{command} zzzzzz")).values()
        milestone = await talk(f"{command} got-the-job")
        assert buttons(milestone)["Open the milestone"] == "milestone got-the-job"
    assert await happened(database) == []


async def test_undo_walks_all_the_way_back(talk: Talk, database: Database, pack: Pack) -> None:
    lines = (PLACED, "later", "smaller", "done", "result I cut calls by 9", "step 5 go", "done find-state-association",
             "milestone finish-bachelor-degree May 2028", "milestone got-the-job reached", "plan next Thursday 12:30",
             PLACED)  # fmt: skip
    before: list[Progress] = []
    for line in lines:
        count = len(await happened(database))
        progress = await standing(database, pack) if count else Progress()
        await talk(line)
        if len(await happened(database)) > count:
            before.append(progress)
    assert len(before) >= 9
    for progress in reversed(before):
        assert (await talk("undo")).title.startswith("Taken back: ")
        assert await standing(database, pack) == progress
    assert (await talk("undo")).title == "There is nothing to take back"


async def test_an_old_undo_button_takes_back_its_own_thing(
    talk: Talk, database: Database, calendar: FixedClock, pack: Pack
) -> None:
    await talk(PLACED)
    button = buttons(await talk("done find-a-root-cause"))["Undo"]
    await talk("done rewrite-a-notice")
    calendar.move(timedelta(weeks=3))
    assert "Ask why five times" in (await talk(button)).title
    assert set((await standing(database, pack)).done) == {"rewrite-a-notice"}
    assert (await talk(button)).title == "That is taken back already"
    assert set((await standing(database, pack)).done) == {"rewrite-a-notice"}
