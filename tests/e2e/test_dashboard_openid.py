"""Signing in to the pages with Slack and with Microsoft, against a local identity provider: who is let in, who is not,
and every forged token.
"""

import base64
import hmac
import json
import logging
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import FixedClock
from bot.conversation import Knowledge, Request
from bot.database import Database
from bot.model.people import Member, Tenant
from bot.settings import Settings
from bot.vault import Vault
from bot.visitors import known_visitor
from tests.fakes.dashboard import Dashboard, open_dashboard
from tests.fakes.every_table import contents
from tests.fakes.identity import SECRET, Identity, running_identity
from tests.fakes.teams_keys import private_key, token

PUBLIC = "https://mentor.example.org"
TENANT, STRANGERS = "72f988bf-86f1-41af-91ab-2d7cd011db47", "00000000-86f1-41af-91ab-2d7cd011db47"
ENTRA = "11111111-2222-3333-4444-555555555555"
BOSS = "aaaaaaaa-0000-1111-2222-bbbbbbbbbbbb"
TEAM, USER = "https://slack.com/team_id", "https://slack.com/user_id"
SLACK_BOSS = {TEAM: "T1", USER: "BOSS"}
Json = dict[str, Any]


def back(name: str) -> str:
    return f"{PUBLIC}/dashboard/openid/{name}/back"


@pytest.fixture
async def slack(calendar: FixedClock) -> AsyncIterator[Identity]:
    identity = Identity("1234.5678", back("slack"), lambda: calendar.now().timestamp(), dict(SLACK_BOSS))
    async with running_identity(identity) as running:
        yield running


@pytest.fixture
async def entra(calendar: FixedClock) -> AsyncIterator[Identity]:
    person = {"tid": TENANT, "oid": BOSS, "ver": "2.0"}
    async with running_identity(Identity(ENTRA, back("teams"), lambda: calendar.now().timestamp(), person)) as running:
        running.issuer = f"{running.url}/{{tenantid}}/v2.0"
        running.changed = {"iss": f"{running.url}/{TENANT}/v2.0"}
        yield running


def settings(slack: Identity, entra: Identity) -> Settings:
    return Settings(
        PUBLIC_URL=PUBLIC,
        SECRET_KEY=(Vault.new_key(),),
        SIGN_IN_WITH=("slack", "teams"),
        SLACK_CLIENT_ID=slack.client_id,
        SLACK_CLIENT_SECRET=SECRET,
        SLACK_SIGNING_SECRET="8f742231b10e8888abcd99yyyzzz85a5",
        SLACK_OPENID_METADATA_URL=slack.metadata_url,
        MicrosoftAppId=ENTRA,
        MicrosoftAppPassword=SECRET,
        TEAMS_TENANTS=(TENANT, "11111111-86f1-41af-91ab-2d7cd011db47"),
        ENTRA_OPENID_METADATA_URL=entra.metadata_url,
    )


@pytest.fixture
async def pages(
    sqlite: Database, knowledge: Knowledge, calendar: FixedClock, slack: Identity, entra: Identity
) -> AsyncIterator[Dashboard]:
    async with open_dashboard(sqlite, knowledge, calendar, settings(slack, entra)) as opened:
        yield opened


async def go(pages: Dashboard, path: str) -> tuple[int, str, str]:
    """One request: its status, where it leads, and its words."""
    async with pages.browser.get(
        path if path.startswith("http") else pages.address + path, allow_redirects=False
    ) as answer:
        return answer.status, answer.headers.get("Location", "").removeprefix(PUBLIC), await answer.text()


async def round_trip(pages: Dashboard, name: str = "slack") -> tuple[int, str, str]:
    """Out to the provider and back with whatever it says."""
    status, out, _ = await go(pages, f"/dashboard/openid/{name}")
    assert status == 303
    status, returned, _ = await go(pages, out)
    assert status == 302
    return await go(pages, returned)


async def managers(pages: Dashboard) -> None:
    """A cohort in a Slack workspace, and one in an organization that uses Teams."""
    for platform, tenant, user in (("slack", "T1", "BOSS"), ("teams", TENANT, BOSS)):
        told = await pages.world.conversation.answer(Request(platform, tenant, user, "cohort create Sample learners"))
        assert "Sample learners" in repr(told)


@pytest.mark.parametrize("name", ["slack", "teams"])
async def test_a_manager_signs_in_and_out(pages: Dashboard, name: str) -> None:
    await managers(pages)
    status, _, page = await go(pages, "/dashboard")
    assert (status, f'href="/dashboard/openid/{name}"' in page) == (401, True)
    assert (await round_trip(pages, name))[:2] == (303, "/dashboard")
    assert {cookie.key for cookie in pages.browser.cookie_jar} == {"preceptor_session"}
    status, page = await pages.get("/dashboard")
    assert (status, "Sample learners" in page) == (200, True)
    await pages.post("/dashboard/leave", {})
    assert (await go(pages, "/dashboard"))[0] == 401


STRANGERS_OF: dict[str, tuple[str, Json]] = {
    "somebody unknown": ("slack", {USER: "U404"}),
    "another workspace": ("slack", {TEAM: "T2"}),
    "a manager of Teams by a Slack token": ("slack", {TEAM: TENANT, USER: BOSS}),
    "somebody unknown of that organization": ("teams", {"oid": "cccccccc-0000-1111-2222-bbbbbbbbbbbb"}),
}


@pytest.mark.parametrize(("name", "person"), STRANGERS_OF.values(), ids=STRANGERS_OF)
async def test_a_stranger_is_told_kindly_and_is_not_made(
    pages: Dashboard, slack: Identity, entra: Identity, name: str, person: Json
) -> None:
    await managers(pages)
    before = await contents(pages.world.database)
    {"slack": slack, "teams": entra}[name].person.update(person)
    status, _, page = await round_trip(pages, name)
    assert (status, "have not used the mentor yet" in page) == (403, True)
    assert "Sample learners" not in page
    assert await contents(pages.world.database) == before
    assert len(before) == len(SQLModel.metadata.tables)


async def test_whoever_left_is_a_stranger(pages: Dashboard) -> None:
    await managers(pages)
    async with pages.world.database.work() as session:
        tenant, member = await find_visitor_of(session)
        member.deactivated_at = pages.world.calendar.now()
        session.add(member)
    assert (await round_trip(pages))[0] == 403
    async with pages.world.database.work() as session:
        tenant, member = await find_visitor_of(session)
        member.deactivated_at, tenant.left_at = None, pages.world.calendar.now()
        session.add_all((tenant, member))
    assert (await round_trip(pages))[0] == 403


async def find_visitor_of(session: AsyncSession) -> tuple[Tenant, Member]:
    found = await known_visitor(session, "slack", "T1", "BOSS")
    assert found is not None
    return found[0], found[1]


def _part(said: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def _unsigned(said: Json) -> str:
    return f"{_part({'typ': 'JWT', 'kid': 'key-1', 'alg': 'none'})}.{_part(said)}."


def _by_public_key(said: Json) -> str:
    """HS256, with the public key as the secret."""
    shown = private_key("key-1").public_key()
    public = shown.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    signed = f"{_part({'typ': 'JWT', 'alg': 'HS256', 'kid': 'key-1'})}.{_part(said)}"
    signature = hmac.digest(public, signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _by_secret(said: Json) -> str:
    """HS256, with the client's secret: what some providers do, and ours do not."""
    signed = f"{_part({'typ': 'JWT', 'alg': 'HS256', 'kid': 'key-1'})}.{_part(said)}"
    signature = hmac.digest(SECRET.encode(), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def _changed(said: Json) -> str:
    header, _, signature = token({**said, USER: "U404"}).split(".")
    return f"{header}.{_part(said)}.{signature}"


def _without(name: str) -> Callable[[Json], str]:
    return lambda said: token({key: each for key, each in said.items() if key != name})


FORGED: dict[str, Callable[[Json], str]] = {
    "garbage": lambda _: "a.b.c",
    "nothing": lambda _: "",
    "endless": lambda _: "a" * 20_000,
    "not signed": _unsigned,
    "signed by the public key": _by_public_key,
    "signed by the secret": _by_secret,
    "changed after signing": _changed,
    "an unknown key": lambda said: token(said, "key-of-a-stranger"),
    "a stranger's key under a known name": lambda said: token(said, "key-of-a-stranger", kid="key-1"),
    "no key name": lambda said: token(said, kid=""),
    "another algorithm": lambda said: token(said, algorithm="RS512"),
    "another issuer": lambda said: token({**said, "iss": "https://slack.example.org"}),
    "another app": lambda said: token({**said, "aud": "9999.9999"}),
    "several apps": lambda said: token({**said, "aud": [said["aud"], "9999.9999"]}),
    "asked for by another app": lambda said: token({**said, "azp": "9999.9999"}),
    "another errand": lambda said: token({**said, "nonce": "another-nonce"}),
    "a nonce that is no text": lambda said: token({**said, "nonce": 7}),
    "ended": lambda said: token({**said, "exp": said["iat"] - 301}),
    "an end that is no time": lambda said: token({**said, "exp": "tomorrow"}),
    "made tomorrow": lambda said: token({**said, "iat": said["iat"] + 86_400}),
    "about nobody": lambda said: token({**said, USER: ""}),
    "about no text": lambda said: token({**said, TEAM: ["T1"]}),
    **{f"without {name}": _without(name) for name in ("iss", "aud", "iat", "exp", "nonce", TEAM, USER)},
}


async def test_a_forged_token_signs_nobody_in(
    pages: Dashboard, slack: Identity, caplog: pytest.LogCaptureFixture
) -> None:
    await managers(pages)
    assert len(FORGED) == 29
    for name, forge in FORGED.items():
        caplog.clear()
        slack.forge = forge
        status, _, page = await round_trip(pages)
        assert (status, "did not sign you in" in page) == (403, True), name
        [record] = [each for each in caplog.records if each.levelno >= logging.WARNING]
        assert record.__dict__["event"] == "sign_in_refused", name
        assert "BOSS" not in record.getMessage() + record.__dict__["reason"]
    assert {cookie.key for cookie in pages.browser.cookie_jar} == {"preceptor_errand"}
    slack.forge = token
    assert (await round_trip(pages))[0] == 303


@pytest.mark.parametrize("said", [{"tid": STRANGERS}, {"tid": STRANGERS, "iss": True}, {"tid": None}, {"oid": None}])
async def test_organizations_that_are_not_named_stay_out(pages: Dashboard, entra: Identity, said: Json) -> None:
    await managers(pages)
    issuer = {"iss": f"{entra.url}/{STRANGERS}/v2.0"} if said.get("iss") else {}
    entra.changed |= {**said, **issuer}
    assert (await round_trip(pages, "teams"))[0] == 403


async def test_an_answer_counts_once_in_its_own_browser_within_minutes(pages: Dashboard, slack: Identity) -> None:
    await managers(pages)
    _, out, _ = await go(pages, "/dashboard/openid/slack")
    _, returned, _ = await go(pages, out)
    kept = {cookie.key: cookie.value for cookie in pages.browser.cookie_jar}
    for strange in (
        returned.replace("state=", "state=x"),
        returned.partition("&state")[0],
        "/dashboard/openid/slack/back",
    ):
        assert (await go(pages, strange))[0] == 403, strange
    assert (await go(pages, returned.replace("/slack/", "/teams/")))[0] == 403
    pages.browser.cookie_jar.clear()
    assert (await go(pages, returned))[0] == 403  # somebody else's browser
    pages.browser.cookie_jar.update_cookies({"preceptor_errand": "forged"})
    assert (await go(pages, returned))[0] == 403
    pages.browser.cookie_jar.update_cookies(kept)
    for clock in (pages.world.machine, pages.world.calendar):
        clock.move(timedelta(minutes=11))
    assert (await go(pages, returned))[0] == 403
    assert (await round_trip(pages))[0] == 303
    pages.browser.cookie_jar.update_cookies(kept)
    assert (await go(pages, returned))[0] == 403


async def test_saying_no_and_a_provider_that_is_down_are_said_plainly(pages: Dashboard, slack: Identity) -> None:
    await managers(pages)
    slack.is_down = True
    status, _, page = await go(pages, "/dashboard/openid/slack")
    assert (status, "does not work at the moment" in page) == (503, True)
    slack.is_down = False
    pages.world.machine.move(timedelta(minutes=1))
    slack.declines = True
    status, _, page = await round_trip(pages)
    assert (status, "not answered with yes" in page) == (403, True)


async def test_where_it_is_off_there_is_no_door(sqlite: Database, knowledge: Knowledge, calendar: FixedClock) -> None:
    async with open_dashboard(sqlite, knowledge, calendar) as pages:
        assert "openid" not in (await go(pages, "/dashboard"))[2]
        assert (await go(pages, "/dashboard/openid/slack"))[0] == 404


@pytest.mark.parametrize("name", ["slack", "teams"])
async def test_nothing_in_an_address_leads_elsewhere(pages: Dashboard, name: str) -> None:
    await managers(pages)
    _, out, _ = await go(pages, f"/dashboard/openid/{name}?next=https://evil.example&redirect_uri=https://evil.example")
    assert "evil" not in out
    _, returned, _ = await go(pages, out)
    status, leads, _ = await go(pages, f"{returned}&next=https://evil.example")
    assert (status, leads) == (303, "/dashboard")
