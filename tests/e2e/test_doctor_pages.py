"""The doctor looks at signing in to the pages: it names the way back that has to be registered by hand, and what would
keep managers from coming in.
"""

from adapters.cli.doctor_pages import look_at_pages
from adapters.cli.findings import Finding
from bot.clock import FixedClock
from bot.settings import Settings
from bot.vault import Vault
from tests.fakes.identity import SECRET, Identity, running_identity


async def test_it_names_the_ways_back_and_what_is_in_them(calendar: FixedClock) -> None:
    identity = Identity("1234.5678", "", lambda: calendar.now().timestamp())
    async with running_identity(identity):

        async def found(public_url: str) -> list[Finding]:
            given = Settings(
                PUBLIC_URL=public_url,
                SECRET_KEY=(Vault.new_key(),),
                SIGN_IN_WITH=("slack", "teams"),
                SLACK_CLIENT_ID=identity.client_id,
                SLACK_CLIENT_SECRET=SECRET,
                SLACK_SIGNING_SECRET="8f742231b10e8888abcd99yyyzzz85a5",
                SLACK_OPENID_METADATA_URL=identity.metadata_url,
                MicrosoftAppId="11111111-2222-3333-4444-555555555555",
                MicrosoftAppPassword=SECRET,
                TEAMS_TENANTS=("72f988bf-86f1-41af-91ab-2d7cd011db47",),
                ENTRA_OPENID_METADATA_URL=identity.metadata_url,
            )
            _, *about_sign_in = [each async for each in look_at_pages(given, calendar)]
            return about_sign_in

        for address in ("https://mentor.example.org", "http://localhost:8000"):
            slack, entra = await found(address)
            assert f"{address}/dashboard/openid/slack/back" in slack.says
            assert f"{address}/dashboard/openid/teams/back" in entra.says
            assert slack.mend == entra.mend == ""

        assert ["https" in each.mend for each in await found("http://mentor.example.org")] == [True, True]
        identity.is_down = True
        slack, entra = await found("https://mentor.example.org")
        assert "SLACK_OPENID_METADATA_URL" in slack.mend
        assert "ENTRA_OPENID_METADATA_URL" in entra.mend
