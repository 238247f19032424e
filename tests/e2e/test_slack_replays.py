"""A signed request that comes again byte for byte, as a proxy or an eavesdropper may send it: worked once."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlmodel import col, select

from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge, Request
from bot.database import Database, open_database
from bot.message import Message
from bot.model.inbound import InboundEvent
from bot.visit import Deployment
from tests.fakes.shipped import shipped_words
from tests.fakes.slack import TEAM, FakeSlack, Held, running_slack
from tests.fakes.slack_door import USER, Door, Echo, button, open_door
from tests.fakes.talking import happened

FORM = "application/x-www-form-urlencoded"
LINE = "result Cut the secret checklist"
FIELDS = {"command": "/mentor", "text": LINE, "team_id": TEAM, "user_id": USER}
SLASH = urlencode(FIELDS)
PRESSED = {
    "type": "block_actions",
    "team": {"id": TEAM},
    "user": {"id": USER},
    "trigger_id": "1.2.c",
    "response_url": "https://hooks.slack.com/secret",
    "actions": [button(LINE)],
}
PRESS = urlencode({"payload": json.dumps(PRESSED)})


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@dataclass
class Mentor:
    """The real conversation, and what it worked."""

    conversation: Conversation
    worked: list[str] = field(default_factory=list)

    async def answer(self, request: Request) -> Message:
        message = await self.conversation.answer(request)
        self.worked.append(request.text)
        return message


@pytest.fixture
def mentor(conversation: Conversation) -> Mentor:
    return Mentor(conversation)


Process = Callable[[], AbstractAsyncContextManager[Door]]


@pytest.fixture
def process(database_url: str, slack: FakeSlack, clocks: Clocks, knowledge: Knowledge, mentor: Mentor) -> Process:
    """A web process of its own, on a database that others use too."""

    @asynccontextmanager
    async def started() -> AsyncIterator[Door]:
        words, own = shipped_words(), open_database(database_url)
        talking = Conversation(own, knowledge, words, clocks=clocks, deployment=Deployment())
        try:
            async with open_door(slack, own, clocks, Mentor(talking, mentor.worked)) as door:
                yield door
        finally:
            await own.close()

    return started


def _refusals(caplog: pytest.LogCaptureFixture) -> list[int]:
    return [record.__dict__["status"] for record in caplog.records if getattr(record, "event", "") == "slack_refused"]


@pytest.mark.parametrize("body", [SLASH, PRESS], ids=["command", "press"])
async def test_a_request_that_comes_again_is_refused_and_logged_once_without_its_words(
    slack: FakeSlack, database: Database, clocks: Clocks, mentor: Mentor, caplog: pytest.LogCaptureFixture, body: str
) -> None:
    async with open_door(slack, database, clocks, mentor) as door:
        assert (await door.knock(body, FORM)).status == 200
        assert _refusals(caplog) == []
        again = await door.knock(body, FORM)
    assert (again.status, await again.text()) == (401, "")
    assert mentor.worked == [LINE]
    assert [row.detail["text"] for row in await happened(database, USER)] == ["Cut the secret checklist"]
    assert _refusals(caplog) == [401]
    assert "secret" not in caplog.text


@pytest.mark.parametrize("body", [SLASH, PRESS], ids=["command", "press"])
async def test_a_restart_does_not_forget_what_came(process: Process, mentor: Mentor, body: str) -> None:
    for expected in (200, 401):
        async with process() as door:
            assert (await door.knock(body, FORM)).status == expected
    assert mentor.worked == [LINE]


async def test_of_two_processes_that_get_the_same_request_at_once_one_works_it(
    process: Process, mentor: Mentor
) -> None:
    async with process() as one, process() as other:
        answers = await asyncio.gather(*(door.knock(SLASH, FORM) for door in (one, other) * 4))
    assert sorted(answer.status for answer in answers) == [200, *[401] * 7]
    assert mentor.worked == [LINE]


async def test_the_same_words_typed_again_are_a_request_of_their_own(
    slack: FakeSlack, database: Database, clocks: Clocks, mentor: Mentor
) -> None:
    async with open_door(slack, database, clocks, mentor) as door:
        answers = [await door.slash("next", trigger_id=f"{number}") for number in range(2)]
    assert [answer.status for answer in answers] == [200, 200]
    assert mentor.worked == ["next", "next"]


async def test_of_two_that_were_acknowledged_before_they_were_worked_one_is_finished(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, knowledge: Knowledge
) -> None:
    words = shipped_words()
    mentor = Mentor(Conversation(sqlite, knowledge, words, clocks=clocks, deployment=Deployment()))
    body = urlencode({**FIELDS, "response_url": slack.response_url()})
    async with open_door(slack, sqlite, clocks, mentor, answer_within=0.05) as door:
        await slack.until(lambda: "auth.test" in slack.calls)
        async with sqlite.work() as session:
            await session.connection()  # holds SQLite's only lock for writing
            answers = [await door.knock(body, FORM) for _ in range(2)]
        await slack.until(lambda: len(slack.responses) == 1)
    assert [answer.status for answer in answers] == [200, 200]
    assert mentor.worked == [LINE]
    assert len(slack.responses) == 1


async def test_a_request_that_broke_was_not_worked_and_may_come_again(
    slack: FakeSlack, database: Database, clocks: Clocks, mentor: Mentor
) -> None:
    def cut(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "INTO progressevent" in statement:
            raise OperationalError(statement, {}, ValueError("sample failure"))

    async with open_door(slack, database, clocks, mentor) as door:
        event.listen(database.engine.sync_engine, "before_cursor_execute", cut)
        assert "went wrong" in (await (await door.knock(SLASH, FORM)).json())["text"]
        event.remove(database.engine.sync_engine, "before_cursor_execute", cut)
        assert (await door.knock(SLASH, FORM)).status == 200
    assert mentor.worked == [LINE]


async def _kept(database: Database) -> Sequence[InboundEvent]:
    async with database.work() as session:
        return (await session.exec(select(InboundEvent).order_by(col(InboundEvent.id)))).all()


async def test_what_is_kept_of_a_request_tells_nothing_and_goes_once_it_can_come_no_more(
    slack: FakeSlack, database: Database, clocks: Clocks, mentor: Mentor
) -> None:
    async with open_door(slack, database, clocks, mentor) as door:
        await door.knock(SLASH, FORM)
        await door.write("done", event_id="Ev7")
        await slack.until(lambda: len(slack.posted) == 1)
    noted, told = await _kept(database)
    assert (noted.tenant, noted.user_id, noted.channel, noted.words) == ("", "", "", "")
    assert told.event_id == "Ev7"

    assert isinstance(clocks.machine, FixedClock)
    clocks.machine.move(timedelta(minutes=14))
    async with open_door(slack, database, clocks, Echo()) as door:
        await door.write("home", event_id="Ev8")
        await slack.until(lambda: len(slack.posted) == 2)
        assert len(await _kept(database)) == 3
    clocks.machine.move(timedelta(minutes=2))
    async with open_door(slack, database, clocks, Echo()) as door:
        await door.write("home", event_id="Ev9")
        await slack.until(lambda: len(slack.posted) == 3)
    assert [row.event_id for row in await _kept(database)] == ["Ev7", "Ev8", "Ev9"]


async def test_a_signed_question_costs_three_statements(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    """One to know the request again, one to find the workspace, one to answer. On SQLite the first goes beside
    SQLAlchemy."""
    connecting = Held()  # while it lasts, nothing beside the request writes
    slack.goes_wrong("auth.test", connecting)
    slack.zones.pop(USER)  # nothing is learnt that would be kept
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    async with open_door(slack, database, clocks, conversation) as door:
        await door.slash("faq do I need a degree", trigger_id="before")
        await slack.until(lambda: "users.info" in slack.calls)
        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        await door.slash("faq do I need a degree", trigger_id="after")
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        connecting.until.set()
    beside = ("FROM inboundevent", "dnd_asked_at IS NULL")  # the looks of the worker, and of who asks about DND
    asked = [statement.split()[0] for statement in said if not any(look in statement for look in beside)]
    wanted = ["SELECT", "SELECT"] if database.is_sqlite else ["INSERT", "SELECT", "SELECT"]
    assert sorted(word for word in asked if word not in ("BEGIN", "SET")) == wanted
