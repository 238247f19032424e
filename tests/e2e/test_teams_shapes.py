"""Genuine requests that cannot be read, or have a shape nobody knows: turned away by name, never a server error."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.clock import Clocks, FixedClock
from bot.database import Database
from tests.conftest import MONDAY
from tests.fakes.slack_door import Echo
from tests.fakes.teams import TENANT, FakeTeams, running_teams
from tests.fakes.teams_door import TeamsDoor, open_teams
from tests.fakes.teams_keys import KeyServer, running_keys
from tests.fakes.teams_refusals import SECRET_WORDS, is_refused


@pytest.fixture
async def keys() -> AsyncIterator[KeyServer]:
    async with running_keys() as running:
        yield running


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with running_teams() as running:
        yield running


@pytest.fixture
async def door(teams: FakeTeams, keys: KeyServer, sqlite: Database, clocks: Clocks) -> AsyncIterator[TeamsDoor]:
    async with open_teams(teams, keys, sqlite, clocks, Echo()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"not json", "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"null", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'{"type": 5}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"type=message", "application/x-www-form-urlencoded", 400),
        (b'{"type": "message"}', "text/plain", 400),
        (b"", "application/json", 400),
        (b'{"a": "' + b"x" * 300_000 + b'"}', "application/json", 413),
    ],
    ids=lambda each: str(each)[:20],
)
async def test_what_cannot_be_read_is_turned_away(
    door: TeamsDoor, body: bytes, content_type: str, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    await is_refused(await door.knock(body, content_type=content_type), status, caplog)


async def test_a_body_that_never_ends_is_turned_away(teams: FakeTeams, keys: KeyServer, sqlite: Database) -> None:
    """Nothing here is measured: without a limit the request would outlive the test."""
    clocks = Clocks(FixedClock(MONDAY), FixedClock(MONDAY))
    async with open_teams(teams, keys, sqlite, clocks, Echo(), answer_within=0.05) as door:

        async def endless() -> AsyncIterator[bytes]:
            yield b'{"type": "message"'
            await asyncio.Event().wait()

        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {door.token()}"}
        async with door.http.post(f"{door.url}/api/messages", data=endless(), headers=headers) as answer:
            assert answer.status == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"id": None},
        {"id": 7},
        {"from": None},
        {"from": "me"},
        {"conversation": {"tenantId": TENANT}},
        {"conversation": {"id": "x" * 1000, "tenantId": TENANT}},
        {"conversation": {"id": "a:1", "conversationType": "meeting room", "tenantId": TENANT}},
        {"timestamp": "yesterday"},
        {"entities": {"a": 1}},
        {"recipient": [1]},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_a_genuine_request_of_a_shape_that_nobody_knows_is_turned_away(
    door: TeamsDoor, changed: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    await is_refused(await door.knock(door.activity(text=SECRET_WORDS, **changed)), 400, caplog)
