"""The doctor looks at signing in to the pages: it names the way back that has to be registered by hand, and what would
keep managers from coming in.
"""

from collections.abc import AsyncIterator

import pytest

from adapters.cli.doctor_pages import look_at_pages
from adapters.cli.findings import Finding
from bot.clock import FixedClock
from bot.settings import Settings
from bot.vault import Vault
from tests.fakes.identity import SECRET, Identity, running_identity


@pytest.fixture
async def identity(calendar: FixedClock) -> AsyncIterator[Identity]:
    async with running_identity(Identity("1234.5678", "", lambda: calendar.now().timestamp())) as running:
        yield running


async def about_sign_in(identity: Identity, clock: FixedClock, url: str, *, slack: bool = False) -> list[Finding]:
    """What the doctor says of it, for Microsoft or for both."""
    with_slack = {
        "SIGN_IN_WITH": ("slack", "teams"),
        "SLACK_CLIENT_ID": identity.client_id,
        "SLACK_CLIENT_SECRET": SECRET,
        "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99yyyzzz85a5",
        "SLACK_OPENID_METADATA_URL": identity.metadata_url,
    }
    given = {
        "PUBLIC_URL": url,
        "SECRET_KEY": (Vault.new_key(),),
        "SIGN_IN_WITH": ("teams",),
        "MicrosoftAppId": "11111111-2222-3333-4444-555555555555",
        "MicrosoftAppPassword": SECRET,
        "TEAMS_TENANTS": ("72f988bf-86f1-41af-91ab-2d7cd011db47",),
        "ENTRA_OPENID_METADATA_URL": identity.metadata_url,
    } | (with_slack if slack else {})
    _, *found = [each async for each in look_at_pages(Settings.model_validate(given), clock)]
    return found


@pytest.mark.parametrize("url", ["https://mentor.example.org", "http://localhost:8000"])
async def test_it_names_the_ways_back(identity: Identity, calendar: FixedClock, url: str) -> None:
    slack, entra = await about_sign_in(identity, calendar, url, slack=True)
    assert f"{url}/dashboard/openid/slack/back" in slack.says
    assert f"{url}/dashboard/openid/teams/back" in entra.says
    assert slack.mend == entra.mend == ""


async def test_it_says_what_keeps_managers_out(identity: Identity, calendar: FixedClock) -> None:
    (entra,) = await about_sign_in(identity, calendar, "http://mentor.example.org")
    assert "https" in entra.mend
    identity.is_down = True
    slack, entra = await about_sign_in(identity, calendar, "https://mentor.example.org", slack=True)
    assert "SLACK_OPENID_METADATA_URL" in slack.mend
    assert "ENTRA_OPENID_METADATA_URL" in entra.mend
