"""Slack and Microsoft Entra as those who sign people in: which claims name a person, and whose word is taken. Made from
the settings for `adapters.web.dashboard_openid`.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from adapters.openid.keys import SigningKeys
from adapters.openid.sign_in import Person, Provider
from adapters.openid.tokens import NotGenuine
from bot.clock import Clock
from bot.settings import Settings

TEAM, USER = "https://slack.com/team_id", "https://slack.com/user_id"
"""Slack's claims (its page "Sign in with Slack")."""
ANY_TENANT = "{tenantid}"
"""Stands in the issuer that Entra announces to an app for several organizations (its page on ID tokens)."""


def providers(settings: Settings, clock: Clock) -> Mapping[str, Provider]:
    """Those that are switched on, by platform."""
    return {name: _MAKERS[name](settings, clock) for name in settings.SIGN_IN_WITH}


def _slack(settings: Settings, clock: Clock) -> Provider:
    return Provider(
        name="slack",
        client_id=settings.SLACK_CLIENT_ID or "",
        client_secret=settings.SLACK_CLIENT_SECRET or "",
        scope="openid profile",
        keys=SigningKeys(settings.SLACK_OPENID_METADATA_URL, clock),
        read=_slack_person,
    )


def _entra(settings: Settings, clock: Clock) -> Provider:
    return Provider(
        name="teams",
        client_id=settings.MicrosoftAppId or "",
        client_secret=settings.MicrosoftAppPassword or "",
        scope="openid profile",
        keys=SigningKeys(settings.entra_metadata_url, clock),
        read=partial(_entra_person, settings.teams_tenants),
    )


_MAKERS = {"slack": _slack, "teams": _entra}


def _slack_person(claims: Mapping[str, Any], issuer: str) -> Person:
    _check_issuer(claims, issuer)
    return Person("slack", _text(claims, TEAM), _text(claims, USER))


def _entra_person(tenants: frozenset[str], claims: Mapping[str, Any], issuer: str) -> Person:
    """`oid` is what a Teams activity calls `aadObjectId`; `sub` would be another for each app."""
    tenant = _text(claims, "tid").lower()
    _check_issuer(claims, issuer.replace(ANY_TENANT, tenant))
    if tenant not in tenants:
        raise NotGenuine("an organization that TEAMS_TENANTS does not name", 403)
    return Person("teams", tenant, _text(claims, "oid").lower())


def _check_issuer(claims: Mapping[str, Any], issuer: str) -> None:
    if not issuer or claims.get("iss") != issuer:
        raise NotGenuine("the token is somebody else's")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise NotGenuine("the token does not say who it is about")
    return value
