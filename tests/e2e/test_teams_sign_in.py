"""Signing in to answer Teams: by secret or by managed identity, in a thread, once for everybody who waits."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import requests

from adapters.teams.api import TeamsApi
from adapters.teams.sdk.connector import Connector
from adapters.teams.sdk.signin import SignIn, SignInRefused, sign_in
from adapters.teams.turns import Reference
from bot.clock import FixedClock
from bot.errors import CannotReach, TryLater
from bot.settings import Settings, read_settings
from tests.conftest import MONDAY
from tests.fakes.teams import TENANT, FakeTeams, running_teams
from tests.fakes.teams_keys import APP
from tests.fakes.teams_login import FakeLogin

SECRET = {"MicrosoftAppId": APP, "MicrosoftAppPassword": "a-client-secret"}
SINGLE = {**SECRET, "MicrosoftAppType": "SingleTenant", "MicrosoftAppTenantId": TENANT}
MANY = {**SECRET, "MicrosoftAppType": "MultiTenant", "TEAMS_TENANTS": TENANT}
IDENTITY = {"MicrosoftAppId": APP, "MicrosoftAppType": "UserAssignedMSI", "MicrosoftAppTenantId": TENANT}
US = {"BOT_OPENID_METADATA_URL": "https://login.botframework.azure.us/v1/.well-known/openidconfiguration"}
CARD = {"text": "hello"}


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(MONDAY)


@pytest.fixture
def login() -> FakeLogin:
    return FakeLogin()


@pytest.fixture
async def teams() -> AsyncIterator[FakeTeams]:
    async with running_teams() as running:
        running.tokens = {"token-1"}
        yield running


def _sign_in(login: FakeLogin, clock: FixedClock, given: dict[str, str] = SINGLE) -> SignIn:
    return sign_in(read_settings(given), clock, login)


@pytest.mark.parametrize(
    ("given", "where", "what"),
    [
        (SINGLE, f"https://login.microsoftonline.com/{TENANT}/", "https://api.botframework.com/.default"),
        (MANY, "https://login.microsoftonline.com/botframework.com/", "https://api.botframework.com/.default"),
        ({**SINGLE, **US}, f"https://login.microsoftonline.us/{TENANT}/", "https://api.botframework.us/.default"),
    ],
    ids=["one organization", "many", "government"],
)
async def test_by_secret_at_the_right_place(
    login: FakeLogin, clock: FixedClock, given: dict[str, str], where: str, what: str
) -> None:
    assert await _sign_in(login, clock, given).token() == "token-1"
    [asked] = login.asked
    assert asked["url"].startswith(where)
    assert (asked["client_id"], asked["client_secret"]) == (APP, "a-client-secret")
    assert what in asked["scope"]


async def test_by_managed_identity_without_any_secret(login: FakeLogin, clock: FixedClock) -> None:
    assert await _sign_in(login, clock, IDENTITY).token() == "token-1"
    [asked] = login.asked
    assert asked["url"].startswith("http://169.254.169.254/metadata/identity/oauth2/token")
    assert (asked["client_id"], asked["resource"]) == (APP, "https://api.botframework.com")


async def test_nobody_else_waits_for_it_and_all_who_do_share_one(login: FakeLogin, clock: FixedClock) -> None:
    login.go.clear()
    signed = _sign_in(login, clock)
    waiting = [asyncio.create_task(signed.token()) for _ in range(5)]
    assert await asyncio.to_thread(login.begun.wait, 5)
    assert not any(each.done() for each in waiting)  # and this line is reached: the event loop goes on meanwhile
    login.go.set()
    assert await asyncio.gather(*waiting) == ["token-1"] * 5
    assert len(login.asked) == 1


@pytest.mark.parametrize("given", [SINGLE, IDENTITY], ids=["secret", "identity"])
async def test_a_token_is_kept_until_shortly_before_its_end(
    login: FakeLogin, clock: FixedClock, given: dict[str, str]
) -> None:
    signed = _sign_in(login, clock, given)
    assert await signed.token() == "token-1"
    clock.move(timedelta(minutes=54))
    assert await signed.token() == "token-1"
    clock.move(timedelta(minutes=2))
    assert await signed.token() == "token-2"


@pytest.mark.parametrize(
    "trouble",
    [{"error": "invalid_client"}, {"fails": requests.ConnectTimeout()}, {"fails": OSError()}, {"lasts": "soon"}],
    ids=["refused", "timeout", "network", "garbled"],
)
async def test_trouble_is_told_once_and_tried_again_a_little_later(
    clock: FixedClock, trouble: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    login = FakeLogin(**trouble)  # type: ignore[arg-type]
    signed = _sign_in(login, clock)
    for _ in range(3):
        with pytest.raises(SignInRefused):
            await signed.token()
    assert len(login.asked) == 1
    assert len([each for each in caplog.records if getattr(each, "event", "") == "teams_sign_in"]) == 1
    assert "a-client-secret" not in caplog.text
    login.error, login.fails, login.lasts = "", None, 3599
    clock.move(timedelta(seconds=11))
    assert await signed.token() == "token-2"


async def test_a_sign_in_service_that_is_out_of_order_is_such_trouble_too(login: FakeLogin, clock: FixedClock) -> None:
    login.down = 503
    signed = _sign_in(login, clock)
    with pytest.raises(SignInRefused):
        await signed.token()
    login.down = 0
    clock.move(timedelta(seconds=11))
    assert await signed.token() == "token-1"


def _api(login: FakeLogin, clock: FixedClock, teams: FakeTeams) -> TeamsApi:
    settings = _settings(teams)
    return TeamsApi(settings, clock, connector=Connector(sign_in(settings, clock, login)))


def _settings(teams: FakeTeams) -> Settings:
    return read_settings({**SINGLE, "BOT_SERVICE_URLS": f"{teams.url}/"})


async def test_a_token_that_teams_refuses_is_renewed_and_the_message_goes_once(
    login: FakeLogin, clock: FixedClock, teams: FakeTeams
) -> None:
    api, where = _api(login, clock, teams), Reference(teams.service_url, teams.personal(), TENANT)
    await api.send(where, CARD)
    teams.tokens = {"token-2"}
    clock.move(timedelta(minutes=10))
    await api.send(where, CARD)
    await api.close()
    assert teams.used == ["token-1", "token-1", "token-2"]
    assert len(teams.sent) == 2


async def test_a_new_token_that_teams_refuses_is_not_asked_for_again_and_again(
    login: FakeLogin, clock: FixedClock, teams: FakeTeams
) -> None:
    api, where = _api(login, clock, teams), Reference(teams.service_url, teams.personal(), TENANT)
    teams.tokens = set()
    for _ in range(3):
        with pytest.raises(CannotReach, match=r"bot not accepted \(BotNotRegistered\)"):
            await api.send(where, CARD)
    await api.close()
    assert len(login.asked) == 1


async def test_while_nobody_may_sign_in_messages_wait(login: FakeLogin, clock: FixedClock, teams: FakeTeams) -> None:
    login.error = "invalid_client"
    api = _api(login, clock, teams)
    with pytest.raises(TryLater, match="invalid_client"):
        await api.send(Reference(teams.service_url, teams.personal(), TENANT), CARD)
    await api.close()
    assert teams.calls == []
