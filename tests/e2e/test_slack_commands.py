"""Somebody types `/mentor …`: the answer comes in the acknowledgement itself, for their eyes alone."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from bot.clock import Clocks
from bot.conversation import Conversation, Request
from bot.database import Database
from bot.message import Message
from tests.fakes.block_kit import every, faults
from tests.fakes.slack import TEAM, FakeSlack, running_slack
from tests.fakes.slack_door import SECRET, USER, Echo, open_door


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


async def test_a_command_is_answered_in_its_acknowledgement(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        answer = await door.slash("faq do I need a degree?")
        said = await answer.json()
    assert answer.status == 200
    assert answer.content_type == "application/json"
    assert said["response_type"] == "ephemeral"
    assert faults(said["blocks"]) == []
    assert "degree" in said["text"].lower()
    assert len(said["blocks"]) >= 3
    assert slack.responses == slack.posted == []


async def test_the_mentor_hears_who_said_what_where(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    echo = Echo()
    async with open_door(slack, sqlite, clocks, echo) as door:
        answer = await door.slash("  what does &lt;b&gt; cost &amp; why, see <https://example.org|example.org>?")
        await answer.json()
    [request] = echo.heard
    assert (request.platform, request.tenant, request.user) == ("slack", TEAM, USER)
    assert request.text.strip() == "what does <b> cost & why, see example.org?"
    assert request.reference == ""


@pytest.mark.parametrize("text", ["what is payload", "payload=1", "{", "ssl_check=1", "a=b&c=d;e", "100% +1", ""])
async def test_words_that_look_like_the_wire_are_only_words(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, text: str
) -> None:
    echo = Echo()
    async with open_door(slack, sqlite, clocks, echo) as door:
        assert (await door.slash(text)).status == 200
    assert [request.text for request in echo.heard] == [text]


async def test_markup_comes_back_as_it_was_typed_and_pings_nobody(
    slack: FakeSlack, database: Database, clocks: Clocks
) -> None:
    async with open_door(slack, database, clocks, Echo()) as door:
        said = await (await door.slash("<!channel> &lt;!here&gt; <@U0SAMPLE2> *loud* `code` _low_")).json()
    written = [text for text in every(said, "text") if isinstance(text, str)]
    assert len(written) >= 3
    assert not any(token in text for text in written for token in ("<!", "<@", "*loud*", "`code`"))
    assert any("&lt;!channel&gt; &lt;!here&gt; &lt;@U0SAMPLE2&gt; ∗loud∗ ˋcodeˋ ˍlowˍ" in text for text in written)


@pytest.mark.parametrize("text", ["x" * 10_000, "long words " * 900, "&<>" * 3_333, "🙂" * 10_000], ids=range(4))
async def test_ten_thousand_characters_fit_what_slack_takes(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, text: str
) -> None:
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        answer = await door.slash(text)
        said = await answer.json()
    assert answer.status == 200
    assert faults(said["blocks"]) == []


async def test_a_slow_answer_is_finished_through_the_response_url(
    slack: FakeSlack, database: Database, clocks: Clocks
) -> None:
    held = asyncio.Event()
    echo = Echo(held=held)
    async with open_door(slack, database, clocks, echo, answer_within=0.05) as door:
        answer = await door.slash("roadmap")
        assert (answer.status, await answer.text()) == (200, "")
        assert slack.responses == []
        held.set()
        await slack.until(lambda: len(slack.responses) == 1)
    [said] = slack.responses
    assert said["response_type"] == "ephemeral"
    assert "roadmap" in said["blocks"][-1]["text"]["text"]
    assert len(echo.heard) == 1


@dataclass
class Writing(Echo):
    """A conversation that has to write before it answers."""

    database: Database | None = None

    async def answer(self, request: Request) -> Message:
        assert self.database
        async with self.database.work():
            return await super().answer(request)


async def test_a_slow_database_is_inside_the_deadline_too(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    async with open_door(slack, sqlite, clocks, Writing(database=sqlite), answer_within=0.05) as door:
        await slack.until(lambda: "auth.test" in slack.calls)
        async with sqlite.work() as session:
            await session.connection()  # holds SQLite's only lock for writing
            answer = await door.slash("roadmap")
            assert (answer.status, await answer.text()) == (200, "")
        await slack.until(lambda: len(slack.responses) == 1)


async def test_who_is_asking_is_found_without_waiting_for_those_who_write(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    async with open_door(slack, sqlite, clocks, Echo()) as door:
        await slack.until(lambda: "auth.test" in slack.calls)
        async with sqlite.work() as session:
            await session.connection()
            assert "roadmap" in await (await door.slash("roadmap")).text()


async def test_a_broken_command_gets_a_kind_sentence_with_its_number(
    slack: FakeSlack, database: Database, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_door(slack, database, clocks, Echo(fails=True)) as door:
        answer = await door.slash("the words of a member")
        said = await answer.json()
    assert answer.status == 200
    assert said["response_type"] == "ephemeral"
    assert said["text"] == "Something went wrong on my side"
    [logged] = [record for record in caplog.records if getattr(record, "event", "") == "reply_failed"]
    assert "slack_door.py" in logged.message
    assert "RuntimeError" in logged.message
    assert logged.levelno == logging.ERROR
    assert logged.__dict__["request"] in said["blocks"][-1]["text"]["text"]
    assert "the words of a member" not in caplog.text
    assert SECRET not in caplog.text


async def test_a_lost_reply_is_logged_without_its_words(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    held = asyncio.Event()
    echo = Echo(held=held)
    async with open_door(slack, sqlite, clocks, echo, answer_within=0.01) as door:
        await door.slash("the words of a member", response_url="https://evil.example/hook")
        held.set()
    assert [record.message for record in caplog.records if getattr(record, "event", "") == "reply_lost"]
    assert "the words of a member" not in caplog.text
    assert slack.responses == []
