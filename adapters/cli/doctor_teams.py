"""What `preceptor doctor` finds out about Microsoft Teams: whether requests can be proved genuine, whether the mentor
can sign in to answer them, and whether somebody will hear of it when its secret ends.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, date
from urllib.parse import urlsplit

from adapters.cli.findings import Finding
from adapters.openid.keys import KeysOutOfReach, SigningKeys
from adapters.teams.sdk.signin import SignInRefused, sign_in
from bot.clock import Clock
from bot.settings import Settings
from jobs.expiring import RUNGS

SECRET = "MicrosoftAppPassword"  # noqa: S105 - the setting's name
SOON = max(RUNGS)


async def look_at_teams(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Every finding about Teams, and about the ends of secrets."""
    if not settings.has_teams:
        yield Finding("Teams", "off (no MicrosoftApp…, TEAMS_… or BOT_… setting)")
    else:
        yield await _keys(settings, clock)
        yield await _signed_in(settings, clock)
    for finding in _ends(settings, clock.now().astimezone(UTC).date()):
        yield finding


async def _keys(settings: Settings, clock: Clock) -> Finding:
    where = urlsplit(settings.BOT_OPENID_METADATA_URL).hostname
    tenants = len(settings.teams_tenants)
    try:
        await SigningKeys(settings.BOT_OPENID_METADATA_URL, clock).find("")
    except KeysOutOfReach:
        mend = "check the network and BOT_OPENID_METADATA_URL: without keys no request of Teams can be let in"
        return Finding("Teams", f"its signing keys cannot be fetched from {where}", mend)
    return Finding("Teams", f"signing keys read at {where}; {tenants} organization(s) may use the mentor")


async def _signed_in(settings: Settings, clock: Clock) -> Finding:
    if settings.BOT_ACCESS_TOKEN:
        return Finding("Sign-in", "a fixed token, for a test peer on this machine")
    try:
        await sign_in(settings, clock).token()
    except SignInRefused as error:
        return Finding("Sign-in", f"Microsoft answers {error.reason}", _mend(settings, error.reason))
    return Finding("Sign-in", f"works, as {settings.teams_type}")


def _mend(settings: Settings, reason: str) -> str:
    if settings.teams_type == "UserAssignedMSI":
        return "run where Azure gives this machine the identity, and set MicrosoftAppId to the identity's client id"
    if reason == "invalid_client":
        return f"make a new client secret in Microsoft Entra (Certificates & secrets) and set {SECRET} to its value"
    return "check the network, MicrosoftAppId, MicrosoftAppType and MicrosoftAppTenantId"


def _ends(settings: Settings, today: date) -> Iterator[Finding]:
    """Of each secret whose end is stated; and of Teams' one where it is not."""
    stated = dict(settings.SECRETS_EXPIRE)
    if settings.has_teams and settings.MicrosoftAppPassword and SECRET not in stated:
        mend = f"say when your client secret ends, as in SECRETS_EXPIRE={SECRET}=2027-03-31: you are then told in time"
        yield Finding("Secrets", f"nobody knows when {SECRET} ends", mend)
    for name, day in stated.items():
        left = (day - today).days
        mend = f"make a new one, set {name} and SECRETS_EXPIRE, and start again" if left <= SOON else ""
        yield Finding("Secrets", f"{name} ends on {day}" if left >= 0 else f"{name} ended on {day}", mend)
    if stated and not settings.OPERATORS:
        mend = "name yourself in OPERATORS, as platform:tenant:user"
        yield Finding("Secrets", "nobody is told before one ends", mend)
