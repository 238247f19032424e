"""What `preceptor doctor` finds out about the pages: where they are, and whether managers can sign in to them with
Slack or Microsoft.
"""

from collections.abc import AsyncIterator
from urllib.parse import urlsplit

from adapters.cli.findings import Finding
from adapters.openid.keys import KeysOutOfReach
from adapters.openid.providers import providers
from adapters.web.dashboard_openid import back_address
from bot.clock import Clock
from bot.settings import Settings
from bot.web_addresses import is_loopback

_NAMES = {"slack": "Slack", "teams": "Microsoft"}
_WHERE = {
    "slack": "OAuth & Permissions, Redirect URLs",
    "teams": "Authentication, a platform of the kind Web",
}
_ANNOUNCED = {"slack": "SLACK_OPENID_METADATA_URL", "teams": "ENTRA_OPENID_METADATA_URL"}


async def look_at_pages(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Every finding about them. Whether a way back is registered nobody can ask, so it is named."""
    if settings.PUBLIC_URL is None:
        yield Finding("Pages", "PUBLIC_URL is not set, so no links to pages are offered")
        return
    yield Finding("Pages", f"served at {settings.PUBLIC_URL}")
    for name, provider in providers(settings, clock).items():
        if urlsplit(settings.PUBLIC_URL).scheme != "https" and not is_loopback(settings.PUBLIC_URL):
            mend = "serve it with https and set PUBLIC_URL to that address, as in https://mentor.example.org"
            yield Finding("Pages", f"{_NAMES[name]} sends nobody back to an address without https", mend)
            continue
        try:
            await provider.keys.find("")
        except KeysOutOfReach:
            mend = f"check the network and {_ANNOUNCED[name]}: until then managers come by the link from chat alone"
            yield Finding("Pages", f"{_NAMES[name]} does not say how people sign in", mend)
            continue
        back = back_address(settings.PUBLIC_URL, name)
        says = f"managers sign in with {_NAMES[name]}, if your app's page has {back} under {_WHERE[name]}"
        yield Finding("Pages", says)
