"""Only Teams comes in: every forged, borrowed, stale or misplaced request is turned away with its status, is logged
once without its content, and leaves nothing behind.
"""

import base64
import hmac
import json
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from sqlmodel import func, select

from bot.clock import Clocks, FixedClock
from bot.database import Database
from bot.model.inbound import InboundEvent
from tests.fakes.slack_door import Echo
from tests.fakes.teams import FakeTeams, running_teams
from tests.fakes.teams_door import TeamsDoor, open_teams
from tests.fakes.teams_keys import KeyServer, claims, private_key, running_keys, token
from tests.fakes.teams_refusals import SECRET_WORDS, is_refused

Forge = Callable[[TeamsDoor], str]


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


def _part(said: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def _unsigned(door: TeamsDoor, **header: Any) -> str:
    said = claims(door.teams.service_url, door.clock.now().timestamp())
    return f"Bearer {_part({'typ': 'JWT', 'kid': 'key-1', **header})}.{_part(said)}."


def _by_public_key(door: TeamsDoor) -> str:
    """HS256, with the public key as the secret: a verifier that goes by the token's own algorithm takes it."""
    shown = private_key("key-1").public_key()
    public = shown.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    said = claims(door.teams.service_url, door.clock.now().timestamp())
    signed = f"{_part({'typ': 'JWT', 'alg': 'HS256', 'kid': 'key-1'})}.{_part(said)}"
    signature = base64.urlsafe_b64encode(hmac.digest(public, signed.encode(), "sha256")).rstrip(b"=").decode()
    return f"Bearer {signed}.{signature}"


def _changed(door: TeamsDoor) -> str:
    """Genuine, but for one word that was exchanged after it was signed."""
    header, _, signature = door.token().split(".")
    said = claims("https://elsewhere.example/", door.clock.now().timestamp())
    return f"Bearer {header}.{_part(said)}.{signature}"


def _signed(
    door: TeamsDoor, key: str = "key-1", *, kid: str | None = None, algorithm: str = "RS256", **said: Any
) -> str:
    whole = claims(**{"service_url": door.teams.service_url, "now": door.clock.now().timestamp(), **said})
    return f"Bearer {token(whole, key, kid=kid, algorithm=algorithm)}"


def _now(door: TeamsDoor, **by: int) -> int:
    return int((door.clock.now() + timedelta(**by)).timestamp())


FORGERIES: dict[str, Forge] = {
    "no header": lambda _: "",
    "another scheme": lambda door: f"Basic {door.token()}",
    "a bearer of nothing": lambda _: "Bearer ",
    "garbage": lambda _: "Bearer a.b.c",
    "no dots": lambda _: "Bearer abcdef",
    "endless": lambda _: f"Bearer {'a' * 8000}.b.c",
    "not signed": lambda door: _unsigned(door, alg="none"),
    "not signed, in capitals": lambda door: _unsigned(door, alg="None"),
    "no algorithm": _unsigned,
    "signed by the public key": _by_public_key,
    "another algorithm": lambda door: _signed(door, algorithm="RS384"),
    "changed after signing": _changed,
    "an unknown key": lambda door: _signed(door, "key-of-a-stranger"),
    "a stranger's key under a known name": lambda door: _signed(door, "key-of-a-stranger", kid="key-1"),
    "no key name": lambda door: _signed(door, kid=""),
    "another issuer": lambda door: _signed(door, iss="https://sts.windows.net/common/"),
    "no issuer": lambda door: _signed(door, iss=None),
    "another audience": lambda door: _signed(door, aud="99999999-2222-3333-4444-555555555555"),
    "several audiences": lambda door: _signed(door, aud=["11111111-2222-3333-4444-555555555555", "another"]),
    "no audience": lambda door: _signed(door, aud=None),
    "ended": lambda door: _signed(door, exp=_now(door, minutes=-6)),
    "no end": lambda door: _signed(door, exp=None),
    "an end that is no time": lambda door: _signed(door, exp="tomorrow"),
    "not yet": lambda door: _signed(door, nbf=_now(door, minutes=6)),
    "no beginning": lambda door: _signed(door, nbf=None),
    "no service address": lambda door: _signed(door, serviceurl=None),
    "a service address that is no text": lambda door: _signed(door, serviceurl=["x"]),
}


async def test_a_forged_token_is_turned_away(
    door: TeamsDoor, sqlite: Database, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(FORGERIES) >= 27
    for name, forge in FORGERIES.items():
        caplog.clear()
        await is_refused(
            await door.knock(door.activity(text=SECRET_WORDS), authorization=forge(door)), 401, caplog, about=name
        )
    assert await _stored(sqlite) == 0


NOT_COVERED: dict[str, dict[str, Any]] = {
    "channel": {"channelId": "webchat"},
    "no channel": {"channelId": None},
    "no address": {"serviceUrl": None},
    "address": {"serviceUrl": "https://elsewhere.example/"},
    "tenant": {"channelData": {"tenant": {"id": "another-organization"}}, "conversation": {"id": "a:1"}},
    "no tenant": {"channelData": {}, "conversation": {"id": "a:1", "conversationType": "personal"}},
    "two tenants": {"channelData": {"tenant": {"id": "another-organization"}}},
    "two tenants again": {
        "conversation": {"id": "a:1", "conversationType": "personal", "tenantId": "another-organization"}
    },
}


async def test_what_a_genuine_token_does_not_cover_is_forbidden(
    door: TeamsDoor, sqlite: Database, caplog: pytest.LogCaptureFixture
) -> None:
    assert len(NOT_COVERED) >= 8
    for name, changed in NOT_COVERED.items():
        caplog.clear()
        answer = await door.knock(door.activity(text=SECRET_WORDS, **changed))
        await is_refused(answer, 403, caplog, about=name)
    assert await _stored(sqlite) == 0


async def test_a_token_for_another_address_is_forbidden(door: TeamsDoor, caplog: pytest.LogCaptureFixture) -> None:
    stolen = _signed(door, serviceurl="https://smba.trafficmanager.net/emea/")
    await is_refused(await door.knock(door.activity(text=SECRET_WORDS), authorization=stolen), 403, caplog)


async def test_an_address_that_is_not_allowed_is_forbidden_though_the_token_vouches_for_it(
    door: TeamsDoor, sqlite: Database, caplog: pytest.LogCaptureFixture
) -> None:
    elsewhere = "https://collects-tokens.example/"
    vouched = _signed(door, serviceurl=elsewhere)
    answer = await door.knock(door.activity(text=SECRET_WORDS, serviceUrl=elsewhere), authorization=vouched)
    await is_refused(answer, 403, caplog)
    assert await _stored(sqlite) == 0


@pytest.mark.parametrize("endorsements", [None, [], ["webchat"]], ids=["no list", "empty", "another channel"])
async def test_a_key_that_may_not_sign_for_teams_is_forbidden(
    door: TeamsDoor, keys: KeyServer, endorsements: list[str] | None, caplog: pytest.LogCaptureFixture
) -> None:
    keys.endorsements = endorsements
    await is_refused(await door.say(SECRET_WORDS), 403, caplog)


async def test_a_genuine_request_comes_in_by_either_end_of_the_clocks_that_differ(door: TeamsDoor) -> None:
    assert (await door.say("hello")).status == 202
    late, early = _signed(door, exp=_now(door, minutes=-4)), _signed(door, nbf=_now(door, minutes=4))
    assert [(await door.knock(door.activity(text="hello"), authorization=each)).status for each in (late, early)] == [
        202,
        202,
    ]


async def test_a_rotated_key_is_accepted_at_once(door: TeamsDoor, keys: KeyServer, clocks: Clocks) -> None:
    assert (await door.say("hello")).status == 202
    keys.announced = ["key-2"]
    _move(clocks, timedelta(seconds=1))
    rotated = _signed(door, "key-2")
    assert (await door.knock(door.activity(text="hello"), authorization=rotated)).status == 202
    assert (await door.say("with the key that is no more")).status == 401


async def test_made_up_key_names_do_not_make_us_ask_without_end(
    door: TeamsDoor, keys: KeyServer, clocks: Clocks
) -> None:
    assert (await door.say("hello")).status == 202
    for number in range(40):
        _move(clocks, timedelta(seconds=1))
        made_up = _signed(door, kid=f"made-up-{number}")
        assert (await door.knock(door.activity(text="x"), authorization=made_up)).status == 401
    assert keys.asked <= 1 + 6
    _move(clocks, timedelta(minutes=10))
    keys.announced = ["key-2"]
    assert (await door.knock(door.activity(text="hello"), authorization=_signed(door, "key-2"))).status == 202


async def test_keys_are_fetched_once_a_day(door: TeamsDoor, keys: KeyServer, clocks: Clocks) -> None:
    for _ in range(5):
        assert (await door.say("hello")).status == 202
    assert keys.asked == 1
    _move(clocks, timedelta(hours=25))
    assert (await door.say("hello")).status == 202
    assert keys.asked == 2


async def test_a_key_server_that_is_down_changes_nothing_while_we_know_its_keys(
    door: TeamsDoor, keys: KeyServer, clocks: Clocks
) -> None:
    assert (await door.say("hello")).status == 202
    keys.fails = True
    _move(clocks, timedelta(hours=25))
    assert (await door.say("hello")).status == 202
    assert (await door.knock(door.activity(text="x"), authorization=_signed(door, "key-2"))).status == 401


@pytest.mark.parametrize("garbled", [b"", b"<html>", b'{"keys": 5}', b'{"keys": []}', b'{"keys": [{"kid": 1}]}'])
async def test_without_any_keys_teams_is_asked_to_come_again(
    door: TeamsDoor, keys: KeyServer, clocks: Clocks, garbled: bytes
) -> None:
    keys.fails, keys.garbled = not garbled, garbled
    assert (await door.say("hello")).status == 503
    keys.fails, keys.garbled = False, b""
    _move(clocks, timedelta(seconds=6))
    assert (await door.say("hello")).status == 202


async def _stored(database: Database) -> int:
    async with database.reading() as session:
        return (await session.exec(select(func.count()).select_from(InboundEvent))).one()


def _move(clocks: Clocks, by: timedelta) -> None:
    assert isinstance(clocks.machine, FixedClock)
    clocks.machine.move(by)
