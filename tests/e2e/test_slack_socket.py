"""Slack through a socket: the same answers without a public address, whatever becomes of the connection."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from sqlmodel import col, select

from adapters.slack.inbound import add_slack
from adapters.wiring import Answering
from bot.clock import Clocks
from bot.database import Database
from bot.model.inbound import SPEECH, InboundEvent
from tests.fakes.slack import BOT, PATIENCE, TEAM, Broken, FakeSlack, Refused, running_slack
from tests.fakes.slack_door import USER, Echo, button, wiring
from tests.fakes.slack_sockets import APP_TOKEN, Peer

Json = dict[str, Any]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@asynccontextmanager
async def _mentor(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Answering, *, answer_within: float = 2.5
) -> AsyncIterator[str]:
    """The mentor's server; its address, at which Slack does not knock."""
    app = web.Application()
    how = {"SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": ""}
    add_slack(app, wiring(slack, database, clocks, conversation, **how), answer_within=answer_within)
    async with TestServer(app) as server:
        yield str(server.make_url("/slack/events"))


async def _newest(slack: FakeSlack, number: int = 1) -> Peer:
    await slack.until(lambda: len(slack.sockets.peers) >= number)
    return slack.sockets.peers[-1]


async def _answered(slack: FakeSlack, peer: Peer, envelope_id: str) -> Json:
    await slack.until(lambda: peer.answer(envelope_id) is not None)
    return peer.answer(envelope_id) or {}


def _slash(slack: FakeSlack, text: str, trigger: str = "1.2.a") -> Json:
    who = {"team_id": TEAM, "user_id": USER, "channel_id": "C0GENERAL", "trigger_id": trigger}
    return {"command": "/mentor", "text": text, "response_url": slack.response_url(), **who}


def _said(text: str, event_id: str) -> Json:
    event = {"type": "message", "channel_type": "im", "channel": "D0SAMPLE1", "user": USER, "text": text, "ts": "1.2"}
    who = {"team_id": TEAM, "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}]}
    return {"type": "event_callback", "event_id": event_id, "event": event, **who}


async def _kept(database: Database) -> Sequence[InboundEvent]:
    async with database.work() as session:
        return (await session.exec(select(InboundEvent).order_by(col(InboundEvent.id)))).all()


async def test_a_command_a_press_and_a_message_are_answered(
    slack: FakeSlack, database: Database, clocks: Clocks
) -> None:
    echo = Echo()
    async with _mentor(slack, database, clocks, echo):
        peer = await _newest(slack)
        await peer.bring("slash_commands", _slash(slack, "next"), "e1")
        answer = await _answered(slack, peer, "e1")
        assert answer["payload"]["response_type"] == "ephemeral"
        assert "next" in str(answer["payload"]["blocks"])

        press: Json = {"type": "block_actions", "team": {"id": TEAM}, "user": {"id": USER}, "trigger_id": "1.2.b"}
        press |= {"response_url": slack.response_url(), "actions": [button("done a-1")], "state": {"values": {}}}
        await peer.bring("interactive", press, "e2")
        assert await _answered(slack, peer, "e2") == {"envelope_id": "e2"}
        await slack.until(lambda: len(slack.responses) == 1)
        assert slack.responses[0]["replace_original"] is True

        await peer.bring("events_api", _said("home", "Ev1"), "e3")
        assert await _answered(slack, peer, "e3") == {"envelope_id": "e3"}
        assert "Ev1" in [event.event_id for event in await _kept(database)]  # before it was acknowledged
        await slack.until(lambda: len(slack.posted) == 1)
    assert [request.text for request in echo.heard] == ["next", "done a-1", "home"]
    assert slack.sockets.open == set()


async def test_without_a_secret_nobody_is_heard_over_http(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    async with _mentor(slack, sqlite, clocks, Echo()) as address, ClientSession() as http:
        assert (await http.post(address, data={"command": "/mentor"})).status == 404


async def test_an_event_that_comes_again_is_worked_once(slack: FakeSlack, database: Database, clocks: Clocks) -> None:
    echo = Echo()
    async with _mentor(slack, database, clocks, echo):
        peer = await _newest(slack)
        for _ in range(2):
            await peer.bring("events_api", _said("done", "Ev1"), "e1")
        await slack.until(lambda: len(peer.heard) == 2)
        await peer.bring("events_api", _said("next", "Ev2"), "e2")
        await slack.until(lambda: len(slack.posted) == 2)
    assert [request.text for request in echo.heard] == ["done", "next"]
    assert [event.kind for event in await _kept(database)] == [SPEECH, SPEECH]


async def test_a_command_that_comes_again_is_worked_once(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Answering
) -> None:
    async with _mentor(slack, database, clocks, conversation):
        peer = await _newest(slack)
        for _ in range(2):
            await peer.bring("slash_commands", _slash(slack, "help"), "e1")
        await slack.until(lambda: len(peer.heard) == 2)
    assert sorted("payload" in answer for answer in peer.heard) == [False, True]


@pytest.mark.parametrize("reason", ["refresh_requested", "warning"])
async def test_slack_may_ask_for_a_new_connection(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, reason: str
) -> None:
    echo = Echo(held=asyncio.Event())
    async with _mentor(slack, sqlite, clocks, echo):
        old = await _newest(slack)
        await old.bring("slash_commands", _slash(slack, "next"), "e1")
        await old.send({"type": "disconnect", "reason": reason, "debug_info": {}})
        new = await _newest(slack, 2)
        assert old in slack.sockets.open
        assert echo.held
        echo.held.set()
        assert (await _answered(slack, old, "e1"))["payload"]  # where it was asked
        await old.ws.close()
        await new.bring("slash_commands", _slash(slack, "home", "1.2.c"), "e2")
        assert (await _answered(slack, new, "e2"))["payload"]
    assert len(slack.sockets.peers) == 2


async def test_a_cut_connection_is_made_anew_and_its_answer_takes_another_way(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    echo = Echo(held=asyncio.Event())
    async with _mentor(slack, sqlite, clocks, echo):
        old = await _newest(slack)
        await old.bring("slash_commands", _slash(slack, "next"), "e1")
        await old.bring("slash_commands", {}, "e0")
        await _answered(slack, old, "e0")  # so that what came before it was taken, too
        old.cut()
        new = await _newest(slack, 2)
        assert echo.held
        echo.held.set()
        await slack.until(lambda: len(slack.responses) == 1)
        await new.bring("events_api", _said("home", "Ev1"), "e2")
        await slack.until(lambda: len(slack.posted) == 1)
    assert "next" in str(slack.responses[0]["blocks"])


async def test_an_answer_that_takes_too_long_follows_its_acknowledgement(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    echo = Echo(held=asyncio.Event())
    async with _mentor(slack, sqlite, clocks, echo, answer_within=0.05):
        peer = await _newest(slack)
        await peer.bring("slash_commands", _slash(slack, "next"), "e1")
        assert await _answered(slack, peer, "e1") == {"envelope_id": "e1"}
        assert echo.held
        echo.held.set()
        await slack.until(lambda: len(slack.responses) == 1)


@contextmanager
def _told(event: str, happened: asyncio.Event) -> Iterator[None]:
    """Notice when the log says so."""

    class Listening(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if getattr(record, "event", "") == event:
                happened.set()

    handler = Listening()
    logging.getLogger().addHandler(handler)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(handler)


async def test_an_event_that_cannot_be_stored_is_not_acknowledged(
    slack: FakeSlack, sqlite: Database, clocks: Clocks
) -> None:
    async with _mentor(slack, sqlite, clocks, Echo()):
        peer = await _newest(slack)
        async with sqlite.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE inboundevent RENAME TO elsewhere")
        refused = asyncio.Event()
        with _told("event_not_kept", refused):
            await peer.bring("events_api", _said("hello", "Ev1"), "e1")
            async with asyncio.timeout(PATIENCE):
                await refused.wait()
        await peer.bring("slash_commands", _slash(slack, "next"), "e2")
        await _answered(slack, peer, "e2")
        async with sqlite.engine.begin() as connection:
            await connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO inboundevent")
        await peer.bring("events_api", _said("hello", "Ev1"), "e1")  # as Slack does
        await _answered(slack, peer, "e1")
        await slack.until(lambda: len(slack.posted) == 1)
    assert [answer["envelope_id"] for answer in peer.heard] == ["e2", "e1"]


async def test_what_cannot_be_read_is_passed_over_and_logged_without_its_words(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    async with _mentor(slack, sqlite, clocks, Echo()):
        peer = await _newest(slack)
        for text in ("secret", "[" * 50_000, "[]", '{"envelope_id": "se cret"}', '{"type": "secret"}'):
            await peer.ws.send_str(text)
        await peer.bring("slash_commands", {"command": "/mentor", "text": "secret"}, "e1")
        assert await _answered(slack, peer, "e1") == {"envelope_id": "e1"}
        await peer.bring("slash_commands", _slash(slack, "next"), "e2")
        assert (await _answered(slack, peer, "e2"))["payload"]
    refusals = [record for record in caplog.records if getattr(record, "event", "") == "slack_refused"]
    assert len(refusals) == 6
    assert "secret" not in caplog.text


async def test_it_connects_once_slack_lets_it(
    slack: FakeSlack, sqlite: Database, clocks: Clocks, caplog: pytest.LogCaptureFixture
) -> None:
    slack.goes_wrong("apps.connections.open", Broken(500), Refused("invalid_auth"))
    async with _mentor(slack, sqlite, clocks, Echo()):
        await _newest(slack)
    told = [record for record in caplog.records if getattr(record, "event", "") == "socket_unconnected"]
    assert len(told) == 2
    assert APP_TOKEN not in caplog.text
