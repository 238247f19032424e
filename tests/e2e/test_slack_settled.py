"""What a trouble of one moment must not take away for good: the look after the start, a welcome whose message was lost,
what a view shows, and who wants no disturbance.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import select

from adapters.slack.api import SlackApi
from adapters.slack.dnd import DoNotDisturb
from adapters.slack.meeting import meet
from adapters.slack.tokens import Tokens
from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Request
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.message import Message
from bot.model.people import Member, Tenant
from bot.samples import Sample, seed
from tests.fakes.every_table import contents
from tests.fakes.slack import TEAM, Cut, FakeSlack, Garbled, Throttled, running_slack
from tests.fakes.slack_door import USER, Echo, open_door, wiring

A_LEASE = timedelta(minutes=3)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


async def test_the_look_after_the_start_waits_for_the_database(
    slack: FakeSlack, database: Database, clocks: Clocks
) -> None:
    parts, stop = wiring(slack, database, clocks, Echo()), asyncio.Event()
    tokens = Tokens(parts.settings, database, clocks)
    api = SlackApi(parts.settings, tokens)
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE tenant RENAME TO elsewhere"))
    meeting = asyncio.create_task(meet(api, tokens, parts, stop, again_after=timedelta(0)))
    await slack.until(lambda: slack.calls.count("auth.test") >= 2)
    async with database.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO tenant"))
    await meeting
    async with database.reading() as session:
        assert [each.external_id for each in (await session.exec(select(Tenant))).all()] == [TEAM]
    await api.close()


class Dying:
    """The real conversation, in a process that ends as soon as what it changed is stored."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self.dead = asyncio.Event()

    async def answer(self, request: Request) -> Message:
        await self._conversation.answer(request)
        self.dead.set()
        raise asyncio.CancelledError


async def test_a_welcome_promised_by_a_run_that_ended_is_said_by_the_next(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    dying = Dying(conversation)
    async with open_door(slack, database, clocks, dying) as door:
        await door.open_home("messages")
        await dying.dead.wait()
    assert isinstance(clocks.machine, FixedClock)
    clocks.machine.move(A_LEASE)
    async with open_door(slack, database, clocks, conversation) as door:
        await slack.until(lambda: len(slack.posted) == 1)
        await door.open_home("messages", event_id="EvAgain")
        await door.write("help", event_id="EvWrite")
        await slack.until(lambda: len(slack.posted) == 2)
    assert ["employer" in str(said) for said in slack.posted] == [True, False]


@pytest.mark.parametrize("arrived", [True, False], ids=["arrived", "lost"])
async def test_a_welcome_whose_answer_was_lost_comes_once(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation, *, arrived: bool
) -> None:
    slack.first_stamp = int(clocks.machine.now().timestamp())
    slack.goes_wrong("chat.postMessage", Cut(taken=arrived))
    async with open_door(slack, database, clocks, conversation) as door:
        await door.open_home("messages")
        await slack.until(lambda: "chat.postMessage" in slack.calls)
        await door.open_home("home", event_id="EvHome2")  # does not take the place of what is still owed
        await slack.until(lambda: "views.publish" in slack.calls)
    assert isinstance(clocks.machine, FixedClock)
    clocks.machine.move(A_LEASE)
    async with open_door(slack, database, clocks, conversation) as door:
        await slack.until(lambda: "conversations.history" in slack.calls)
        await door.write("help", event_id="EvWrite")
        await slack.until(lambda: len(slack.posted) == 2)
    assert ["employer" in str(said) for said in slack.posted] == [True, False]


async def test_views_that_slack_puts_off_or_loses_are_shown_a_moment_later(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, conversation: Conversation
) -> None:
    slack.goes_wrong("views.publish", Throttled("0"), Cut(taken=True))
    slack.goes_wrong("views.update", Throttled("0"), Cut(taken=False))
    async with open_door(slack, sqlite, clocks, conversation) as door:
        await door.slash(PLACED)
        await door.open_home()
        await slack.until(lambda: len(slack.views.homes.get(USER, ())) == 2 and slack.calls.count("views.publish") == 3)
        opens = {"type": "button", "action_id": "f:0", "block_id": "b", "value": "coach pause"}
        await door.press(opens, trigger=slack.views.trigger())
        await slack.until(lambda: any(len(states) == 2 for states in slack.views.modals.values()))
    assert slack.views.window()["title"]["text"] != "One moment"


async def test_a_workspace_that_tells_nonsense_is_asked_again_and_no_other_waits_for_it(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    now = clocks.calendar.now()
    async with sqlite.work() as session:
        await seed(session, Sample(members=4, workspaces=2, platform="slack", due_now=True), now)
    slack.goes_wrong("dnd.teamInfo", Garbled(b"[1]"))
    parts, stop = wiring(slack, sqlite, clocks, Echo()), asyncio.Event()
    api = SlackApi(parts.settings)
    looking = asyncio.create_task(DoNotDisturb(parts, api, apart=timedelta(0)).run(stop))
    await slack.until(lambda: slack.calls.count("dnd.teamInfo") == 2)
    stop.set()
    await looking
    await api.close()
    async with sqlite.reading() as session:
        asked: dict[int, set[bool]] = {}
        for member in (await session.exec(select(Member))).all():
            asked.setdefault(member.tenant_id, set()).add(member.dnd_asked_at is not None)
    assert sorted(asked.values(), key=str) == [{False}, {True}]


async def test_a_file_is_not_opened_and_never_met_with_silence(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    files: list[dict[str, Any]] = [{"id": "F1", "name": "people.csv", "url_private": "https://files.slack.com/F1"}]
    async with open_door(slack, database, clocks, conversation) as door:
        await door.write("do I need a degree?", subtype="file_share", files=files)
        await slack.until(lambda: len(slack.posted) == 1)
        await door.write("", subtype="file_share", files=files, event_id="Ev2")
        await slack.until(lambda: len(slack.posted) == 2)
    with_words, alone = (said["text"] for said in slack.posted)
    assert "degree" in with_words.lower()
    assert alone == "I do not open files"
    assert "people.csv" not in repr(await contents(database))
