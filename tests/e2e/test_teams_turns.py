"""What somebody does in Teams reaches the mentor once, whole and in time, and its answer reaches them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse
from sqlmodel import select

from adapters.teams.turns import Kind, Place
from bot.clock import Clocks, FixedClock
from bot.database import Database
from bot.model.inbound import InboundEvent
from bot.model.teams import TeamsConversation
from tests.fakes.teams import BOT, TEAMS_ID, TENANT, USER, FakeTeams, running_teams
from tests.fakes.teams_door import GROUP, TEAM, TeamsDoor
from tests.fakes.teams_ears import Listening, Stage
from tests.fakes.teams_keys import KeyServer, running_keys

PATIENT = "Her MRN is 12345678, DOB 04/12/1961, can you check her chart?"


@pytest.fixture
async def keys() -> AsyncIterator[KeyServer]:
    async with running_keys() as running:
        yield running


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with running_teams() as running:
        yield running


@pytest.fixture
async def stage(teams: FakeTeams, keys: KeyServer, sqlite: Database, clocks: Clocks) -> Stage:
    return Stage(teams, keys, sqlite, clocks)


@pytest.fixture
def ears() -> Listening:
    return Listening()


@pytest.fixture
async def door(stage: Stage, ears: Listening) -> AsyncIterator[TeamsDoor]:
    async with stage.open(ears) as opened:
        yield opened


async def test_a_message_arrives_with_all_that_teams_tells(door: TeamsDoor, ears: Listening) -> None:
    assert (await door.say("faq do I need a degree?")).status == 202
    [turn] = await ears.turns(1)
    assert (turn.kind, turn.text, turn.zone, turn.locale) == (
        Kind.MESSAGE,
        "faq do I need a degree?",
        "America/Chicago",
        "en-US",
    )
    assert (turn.who.tenant, turn.who.user, turn.who.teams_id, turn.who.name) == (
        TENANT,
        USER,
        TEAMS_ID,
        "Sample member",
    )
    assert (turn.where.conversation, turn.where.bot, turn.where.place) == (door.teams.personal(), BOT, Place.PERSONAL)
    assert (turn.is_private, turn.interrupted, turn.withheld) == (True, False, False)


@pytest.mark.parametrize(
    ("text", "entities", "words"),
    [
        ("<at>Mentor</at> help", [("<at>Mentor</at>", BOT)], "help"),
        ("help <at>Mentor</at>&nbsp;", [("<at>Mentor</at>", BOT)], "help"),
        ("<at>Career</at> <at>Mentor</at> help", [("<at>Career</at>", BOT), ("<at>Mentor</at>", BOT)], "help"),
        (
            "<at>Mentor</at> ask <at>Sample</at>",
            [("<at>Mentor</at>", BOT), ("<at>Sample</at>", "29:a")],
            "ask Sample",
        ),
        ("what is Q&amp;A &lt;tag&gt;?", [], "what is Q&A <tag>?"),
        ("<at>Mentor</at>", [("<at>Mentor</at>", BOT)], ""),
    ],
)
async def test_mentions_of_us_are_no_words(
    door: TeamsDoor, ears: Listening, text: str, entities: list[tuple[str, str]], words: str
) -> None:
    mentions = [{"type": "mention", "text": said, "mentioned": {"id": who}} for said, who in entities]
    await door.say(text, entities=mentions)
    assert [turn.text for turn in await ears.turns(1)] == [words]


async def test_where_it_was_said_is_known(door: TeamsDoor, ears: Listening) -> None:
    await door.say_in(f"{TEAM};messageid=17", "roadmap", recipient={"id": BOT, "isTargeted": True})
    await door.say_in(GROUP, "roadmap")
    channel, group = await ears.turns(2)
    assert (channel.where.place, channel.where.conversation, channel.team) == (
        Place.CHANNEL,
        f"{TEAM};messageid=17",
        TEAM,
    )
    assert (channel.is_targeted, channel.is_private, group.is_targeted) == (True, False, False)
    assert (group.where.place, group.where.tenant) == (Place.GROUP, TENANT)


async def test_a_submitted_card_arrives_with_its_value(door: TeamsDoor, ears: Listening) -> None:
    await door.submit({"command": "done a-17", "note": "all done"}, replies_to="act-9")
    [turn] = await ears.turns(1)
    assert (turn.value, turn.replies_to, turn.text) == ({"command": "done a-17", "note": "all done"}, "act-9", "")


@pytest.mark.parametrize("said", [{"text": PATIENT}, {"value": {"command": "result", "field": [{"a": PATIENT}]}}])
async def test_what_looks_like_patient_data_is_never_stored(
    door: TeamsDoor, ears: Listening, sqlite: Database, said: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    ears.held = asyncio.Event()
    await door.knock(door.activity(**said))
    [turn] = await ears.turns(1)
    assert (turn.withheld, turn.text, turn.value) == (True, "", {})
    [event] = await _events(sqlite)
    assert "12345678" not in event.model_dump_json()
    assert "12345678" not in caplog.text
    ears.held.set()


async def test_a_message_that_teams_sends_again_is_worked_once(door: TeamsDoor, ears: Listening) -> None:
    again = door.activity(text="done")
    answers = [await door.knock(again) for _ in range(3)]
    assert [each.status for each in answers] == [202] * 3
    await door.say("the last one")
    assert [turn.text for turn in await ears.turns(2)] == ["done", "the last one"]


async def test_a_message_is_acknowledged_before_it_is_worked(door: TeamsDoor, ears: Listening) -> None:
    ears.held = asyncio.Event()
    assert (await door.say("slow")).status == 202
    ears.held.set()


async def test_a_restart_goes_on_and_says_what_was_interrupted(stage: Stage, ears: Listening) -> None:
    ears.held = asyncio.Event()
    async with stage.open(ears) as door:
        await door.say("begun")
        await ears.turns(1)
        ears.fails = True
        ears.held.set()
    machine = stage.clocks.machine
    assert isinstance(machine, FixedClock)
    machine.move(timedelta(minutes=3))
    later = Listening()
    async with stage.open(later):
        [turn] = await later.turns(1)
    assert (turn.text, turn.interrupted) == ("begun", True)


async def test_an_invoke_is_answered_at_once_in_its_own_shape(door: TeamsDoor, ears: Listening) -> None:
    answer = await door.press({"verb": "done", "data": {"command": "done a-17"}})
    assert answer.status == 200
    said = await answer.json()
    assert said["statusCode"] == 200
    assert said["value"]["action"]["data"] == {"command": "done a-17"}
    [turn] = ears.heard
    assert (turn.kind, turn.name, turn.replies_to) == (Kind.INVOKE, "adaptiveCard/action", "act-1")


async def test_an_invoke_that_nobody_knows_is_not_implemented(door: TeamsDoor) -> None:
    assert (await door.invoke("unknown", {})).status == 501


async def test_a_late_invoke_is_answered_in_time_and_finished_afterwards(stage: Stage, ears: Listening) -> None:
    ears.held = asyncio.Event()
    async with stage.open(ears, answer_within=0.05) as door:
        answer = await door.press({"verb": "done"})
        assert (await answer.json())["value"] == "late"
        ears.held.set()
        async with asyncio.timeout(5):
            while not ears.afterwards:
                ears.changed.clear()
                await ears.changed.wait()
    [finished] = ears.afterwards
    assert finished
    assert finished.body


async def test_an_invoke_over_which_something_breaks_is_answered_all_the_same(door: TeamsDoor, ears: Listening) -> None:
    ears.fails = True
    answer = await door.press({"verb": "done"})
    assert (answer.status, (await answer.json())["value"]) == (200, "RuntimeError")


async def test_one_press_that_teams_brings_twice_under_two_ids_is_worked_once(door: TeamsDoor, ears: Listening) -> None:
    ears.held = asyncio.Event()
    pressed = [asyncio.create_task(door.press({"verb": "done", "data": {"n": 1}})) for _ in range(2)]
    other = asyncio.create_task(door.press({"verb": "done", "data": {"n": 2}}))
    await ears.turns(2)
    ears.held.set()
    answers: list[ClientResponse] = await asyncio.gather(*pressed, other)
    numbers = [(await each.json())["value"]["action"]["data"]["n"] for each in answers]
    assert (numbers, len(ears.heard)) == ([1, 1, 2], 2)


async def test_an_invoke_that_teams_sends_again_gets_the_same_answer(door: TeamsDoor, ears: Listening) -> None:
    again = door.activity("invoke", name="adaptiveCard/action", value={"action": {"verb": "done"}}, replyToId="act-1")
    answers = [await (await door.knock(again)).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(ears.heard) == 1


async def test_a_button_pressed_again_is_worked_again(door: TeamsDoor, ears: Listening) -> None:
    for _ in range(2):
        await door.press({"verb": "next", "data": {}})
    assert len(ears.heard) == 2


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "event", "messageUpdate", "contactRelationUpdate"])
async def test_what_nobody_works_is_acknowledged_and_not_stored(door: TeamsDoor, sqlite: Database, kind: str) -> None:
    assert (await door.knock(door.activity(kind))).status == 202
    assert await _events(sqlite) == []


async def test_people_who_come_and_go_in_a_team_are_no_install(door: TeamsDoor, sqlite: Database) -> None:
    there = {"id": TEAM, "conversationType": "channel", "tenantId": TENANT}
    for moved in ("membersAdded", "membersRemoved"):
        said = door.activity("conversationUpdate", conversation=there, **{moved: [{"id": "29:somebody"}]})
        assert (await door.knock(said)).status == 202
    assert await _events(sqlite) == []


async def test_conversations_are_kept_wherever_somebody_writes(
    door: TeamsDoor, ears: Listening, sqlite: Database
) -> None:
    for number in range(2):
        await door.say("hello")
        await door.say_in(f"{TEAM};messageid=17", "hello")
        await door.say_in(f"{TEAM};messageid=18", "hello")
        await door.press({"verb": "done", "data": {"n": number}})
    await ears.turns(8)
    async with sqlite.reading() as session:
        kept = (await session.exec(select(TeamsConversation).order_by(TeamsConversation.name))).all()
    assert [(each.place, each.name, each.service_url) for each in kept] == [
        ("channel", TEAM, door.teams.service_url),
        ("personal", f"personal:{USER}", door.teams.service_url),
    ]


async def test_what_could_not_be_stored_is_brought_again(door: TeamsDoor, sqlite: Database) -> None:
    async with sqlite.engine.begin() as connection:
        await connection.exec_driver_sql("ALTER TABLE inboundevent RENAME TO elsewhere")
    assert (await door.say("hello")).status == 503


async def _events(database: Database) -> list[InboundEvent]:
    async with database.reading() as session:
        return list((await session.exec(select(InboundEvent))).all())
