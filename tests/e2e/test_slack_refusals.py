"""Knocks that are not Slack's, or make no sense: turned away with a plain status, logged once without their content."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse

from bot.clock import Clocks, FixedClock
from bot.database import Database
from tests.conftest import MONDAY
from tests.fakes.slack import FakeSlack, running_slack
from tests.fakes.slack_door import Door, Echo, open_door, sign

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
SLASH = urlencode({"command": "/mentor", "text": "secret words", "team_id": "T1", "user_id": "U1"})
STALE = str(int((MONDAY - timedelta(minutes=6)).timestamp()))
EARLY = str(int((MONDAY + timedelta(minutes=6)).timestamp()))
NOW = str(int(MONDAY.timestamp()))
NO_WORKSPACE = '{"type": "block_actions", "actions": [{"action_id": "c:0"}], "user": {"id": "U1"}}'

Knock = Callable[[Door], Awaitable[ClientResponse]]


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.fixture
async def door(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> AsyncIterator[Door]:
    async with open_door(slack, sqlite, clocks, Echo()) as opened:
        yield opened


def _signed_at(timestamp: str, secret: str = "") -> dict[str, str]:
    signature = sign(SLASH, timestamp, secret) if secret else sign(SLASH, timestamp)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Slack-Signature": ""},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": "v1=" + "0" * 64},
        {"X-Slack-Signature": "v0=é"},
        {"X-Slack-Signature": "nonsense"},
        _signed_at(NOW, "another-signing-secret"),
        _signed_at(STALE),
        _signed_at(EARLY),
        _signed_at("soon"),
        _signed_at("1e9"),
        _signed_at("-5"),
        _signed_at("٣"),
        _signed_at("9" * 400),
        _signed_at(f"{NOW}.5"),
    ],
    ids=range(15),
)
async def test_what_slack_did_not_sign_just_now_gets_401(
    door: Door, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    answer = await door.knock(SLASH, FORM, headers)
    assert answer.status == 401
    assert [record.levelname for record in caplog.records if getattr(record, "event", "") == "slack_refused"] == [
        "WARNING"
    ]
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("", FORM),
        ("", JSON),
        ("{", JSON),
        ("[]", JSON),
        ("null", JSON),
        ("7", JSON),
        ("{}", JSON),
        ("[" * 100_000, JSON),
        ('{"type": "event_callback"}', JSON),
        ('{"type": "event_callback", "event": [], "event_id": "Ev1"}', JSON),
        ('{"type": "event_callback", "event": {"type": 5}, "event_id": "Ev1"}', JSON),
        ('{"type": "event_callback", "event": {"type": "message", "user": ["U1"]}, "event_id": "Ev1"}', JSON),
        ('{"type": "event_callback", "event": {"type": "message"}, "event_id": {"a": 1}}', JSON),
        ('{"type": "event_callback", "event": {"type": "message"}, "event_id": "E\\u0000"}', JSON),
        ('{"type": "event_callback", "event": {"type": "message"}, "event_id": "Ev1", "authorizations": 7}', JSON),
        ('{"type": "event_callback", "event": {"type": "message"}, "event_id": "Ev1"}', JSON),
        ('{"type": "url_verification"}', JSON),
        ("nonsense", FORM),
        ("payload=", FORM),
        ("payload=%7B", FORM),
        ("payload=[]", FORM),
        (urlencode({"payload": '{"type": "block_actions"}'}), FORM),
        (urlencode({"payload": '{"type": "block_actions", "actions": [], "user": {"id": "U1"}}'}), FORM),
        (urlencode({"payload": '{"type": "block_actions", "actions": [5], "user": {"id": "U1"}}'}), FORM),
        (urlencode({"payload": '{"type": "block_actions", "actions": [{"action_id": "c:0"}], "user": "U1"}'}), FORM),
        (urlencode({"payload": NO_WORKSPACE}), FORM),
        ("command=/mentor&text=hello", FORM),
        ("command=/mentor&text=hello&team_id=T1&user_id=U%001", FORM),
        ("&".join(f"a{number}=1" for number in range(200)), FORM),
        (SLASH, "text/plain"),
        (SLASH, "multipart/form-data; boundary=x"),
        (SLASH, JSON),
    ],
    ids=range(32),
)
async def test_what_cannot_be_read_gets_400(
    door: Door, body: str, content_type: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer = await door.knock(body, content_type)
    assert answer.status == 400
    assert [getattr(record, "event", "") for record in caplog.records].count("slack_refused") == 1
    assert "secret" not in caplog.text


async def test_bytes_that_are_no_text_get_400(door: Door) -> None:
    headers = {"X-Slack-Request-Timestamp": NOW, "X-Slack-Signature": "v0=" + "0" * 64}
    assert (await door.http.post(f"{door.url}/slack/events", data=b"text=\xff\xfe", headers=headers)).status == 400


async def test_a_wrongly_packed_body_is_no_fault_of_ours(door: Door) -> None:
    headers = {**_signed_at(NOW), "Content-Type": FORM, "Content-Encoding": "gzip"}
    answer = await door.http.post(f"{door.url}/slack/events", data=SLASH.encode(), headers=headers)
    assert answer.status in (400, 401)


@pytest.mark.parametrize("chunked", [True, False])
async def test_a_huge_body_gets_413(door: Door, caplog: pytest.LogCaptureFixture, *, chunked: bool) -> None:
    async def pouring() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b"x" * 50_000

    data = pouring() if chunked else BytesIO(b"x" * 2_000_000)
    answer = await door.http.post(f"{door.url}/slack/events", data=data, headers={"Content-Type": FORM})
    assert answer.status == 413
    assert [getattr(record, "event", "") for record in caplog.records].count("slack_refused") == 1
    assert "xxx" not in caplog.text


async def test_a_body_that_never_arrives_is_not_waited_for(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    never = asyncio.Event()

    async def trickling() -> AsyncIterator[bytes]:
        yield b"text="
        await never.wait()

    async with open_door(slack, sqlite, clocks, Echo(), answer_within=0.1) as door:
        answer = await door.http.post(f"{door.url}/slack/events", data=trickling(), headers={"Content-Type": FORM})
        assert answer.status == 401


async def test_only_posts_are_taken(door: Door) -> None:
    assert (await door.http.get(f"{door.url}/slack/events")).status == 405


async def test_shapes_that_trip_the_library_are_no_500(door: Door) -> None:
    event = {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": {"type": "message"}, "view": 5}
    bodies = [
        {**event, "authorizations": [{"team_id": "T1", "enterprise_id": {"id": []}}]},
        {**event, "event": {"type": "message", "message": {"user": 5}}},
        {**event, "event": {"type": "message", "user": "", "text": "no author", "channel": "D1"}},
        {**event, "event": {"type": "something_new", "item": []}},
        {"type": "app_rate_limited", "team_id": "T1"},
    ]
    for body in bodies:
        answer = await door.knock(json.dumps(body), JSON)
        assert answer.status in (200, 404, 503), body


async def test_a_form_of_no_shape_cannot_be_read(door: Door) -> None:
    by = {"type": "view_submission", "user": {"id": "U1"}, "team": {"id": "T1"}}
    view = {"id": "V1", "type": "modal", "callback_id": "form"}
    views: list[Any] = [
        None,
        [],
        {**view, "id": 5},
        {**view, "callback_id": None},
        {**view, "state": {"values": {"b": 1}}},
    ]
    for body in [*({**by, "view": view} for view in views), {**by, "user": None, "view": view}]:
        assert (await door.knock(json.dumps(body), JSON)).status == 400, body
    assert (await door.knock(json.dumps({**by, "view": view}), JSON)).status == 200


async def test_slacks_own_probes_are_answered(door: Door) -> None:
    unsigned = {"X-Slack-Signature": "", "X-Slack-Request-Timestamp": ""}
    assert (await door.knock("ssl_check=1&token=x", FORM, unsigned)).status == 200
    assert (await door.knock("ssl_check=1&token=x", JSON, unsigned)).status == 401
    answer = await door.knock(json.dumps({"type": "url_verification", "challenge": "3eZbrw1a", "token": "x"}), JSON)
    assert (answer.status, (await answer.json())["challenge"]) == (200, "3eZbrw1a")


async def test_time_passes_by_the_injected_clock(slack: FakeSlack, sqlite: Database, clocks: Clocks) -> None:
    echo = Echo()
    async with open_door(slack, sqlite, clocks, echo) as door:
        signed = _signed_at(NOW)
        assert (await door.knock(SLASH, FORM, signed)).status == 200
        assert isinstance(clocks.machine, FixedClock)
        clocks.machine.move(timedelta(minutes=5, seconds=1))
        assert (await door.knock(SLASH, FORM, signed)).status == 401
    assert len(echo.heard) == 1
