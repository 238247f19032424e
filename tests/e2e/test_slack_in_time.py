"""Every request is acknowledged, and every answer comes, whatever is wrong: the database locked by somebody else,
Slack's API down or silent, hundreds of requests at once. How long that takes is measured by
`tests/bench/acknowledging_bench.py`.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, TCPConnector
from sqlalchemy import text
from sqlmodel import func, select

from bot.clock import Clocks
from bot.conversation import Conversation
from bot.database import Database
from bot.model.inbound import InboundEvent
from tests.fakes.slack import Broken, Cut, FakeSlack, Held, running_slack
from tests.fakes.slack_door import Door, Echo, button, open_door

Answer = tuple[int, bool]
"""A status, and whether something was said with it."""
AT_ONCE = 250
"""The bench knocks a thousand times."""


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@asynccontextmanager
async def _locked(database: Database) -> AsyncIterator[None]:
    """Another program holds what we want to write to."""
    if database.file:
        with closing(sqlite3.connect(database.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    async with database.engine.connect() as other:
        await other.execute(text("LOCK TABLE member, inboundevent IN ACCESS EXCLUSIVE MODE"))
        yield
        await other.rollback()


async def _said(request: Awaitable[ClientResponse]) -> Answer:
    answer = await request
    return answer.status, bool(await answer.text())


async def test_with_the_database_locked_all_is_acknowledged_and_answered_once_it_is_free(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation, answer_within=0.1) as door:
        await slack.until(lambda: "auth.test" in slack.calls)
        async with _locked(database):
            asked = [
                _said(door.slash("next", trigger_id="1")),
                _said(door.press(button("home"), trigger="2")),
                _said(door.write("help", event_id="Ev1")),
            ]
            assert await asyncio.gather(*asked) == [(200, False), (200, False), (503, False)]
        await slack.until(lambda: len(slack.responses) == 2)
        while await _said(door.write("help", event_id="Ev1")) == (503, False):
            pass  # Slack comes again after a 503; a tenth of a second is not always enough on a busy machine
        await slack.until(lambda: len(slack.posted) == 1)
    assert sorted(bool(said.get("replace_original")) for said in slack.responses) == [False, True]
    assert await _events(database) == 1


async def _events(database: Database) -> int:
    async with database.work() as session:
        told = select(func.count()).select_from(InboundEvent).where(InboundEvent.event_id == "Ev1")
        return (await session.exec(told)).one()


@pytest.mark.parametrize("mishap", [Broken(503), Cut(taken=False), Held()], ids=["down", "cut", "silent"])
async def test_with_slacks_api_away_all_is_acknowledged_and_commands_are_answered_at_once(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation, mishap: Any
) -> None:
    methods = ("auth.test", "users.info", "chat.postMessage", "dnd.teamInfo", "respond")
    for method in methods:
        slack.goes_wrong(method, *[mishap] * 20)
    async with open_door(slack, database, clocks, conversation) as door:
        assert await _said(door.slash("next", trigger_id="1")) == (200, True)
        assert await _said(door.press(button("home"), trigger="2")) == (200, False)
        assert await _said(door.write("help", event_id="Ev1")) == (200, False)
        await slack.until(lambda: "chat.postMessage" in slack.calls)
        assert await _said(door.slash("help", trigger_id="3")) == (200, True)
        if isinstance(mishap, Held):
            mishap.until.set()
    assert await _events(database) == 1


async def test_hundreds_at_once_are_all_answered_once(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    echo = Echo()
    async with (
        open_door(slack, sqlite, clocks, echo, answer_within=0.2) as door,
        ClientSession(connector=TCPConnector(limit=0)) as http,
    ):
        crowd = Door(door.url, http, door.clock, door.slack, door.messenger)
        answers = await asyncio.gather(*(_said(crowd.slash("next", trigger_id=f"{n}")) for n in range(AT_ONCE)))
        late = sum(not said for _, said in answers)
        await slack.until(lambda: len(slack.responses) == late)
    assert {status for status, _ in answers} == {200}
    assert len(echo.heard) == AT_ONCE
