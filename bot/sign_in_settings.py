"""What the operator sets so that managers sign in to the pages with Slack or Microsoft. `bot.settings.Settings` is made
of these, of those of Teams, and its own.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bot.teams_settings import TeamsSettings
from bot.web_addresses import WebAddress

PLATFORMS = ("slack", "teams")


def _platforms(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    named = tuple(dict.fromkeys(each.strip().lower() for each in value.split(",") if each.strip()))
    if not set(named) <= set(PLATFORMS):
        raise ValueError("is not slack, teams, or both")
    return named


class SignInSettings(TeamsSettings):
    """The settings of signing in by OpenID Connect."""

    SIGN_IN_WITH: Annotated[tuple[str, ...], BeforeValidator(_platforms)] = Field(
        (), description="how managers sign in to the pages without a link from chat", examples=["slack,teams"]
    )
    SLACK_OPENID_METADATA_URL: WebAddress = Field(
        "https://slack.com/.well-known/openid-configuration",
        description="where Slack announces how people sign in",
        examples=["https://slack.com/.well-known/openid-configuration"],
    )
    ENTRA_OPENID_METADATA_URL: WebAddress | None = Field(
        None,
        description="where Microsoft Entra announces how people sign in, if not in the public cloud",
        examples=["https://login.microsoftonline.us/organizations/v2.0/.well-known/openid-configuration"],
    )

    @property
    def entra_metadata_url(self) -> str:
        """The one organization's own page, or the page for all where there are several."""
        tenant = next(iter(self.teams_tenants)) if len(self.teams_tenants) == 1 else "organizations"
        page = f"https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration"
        return self.ENTRA_OPENID_METADATA_URL or page

    def sign_in_needs(self) -> tuple[str, ...]:
        """The settings without which nobody could sign in like that."""
        needs = {
            "slack": ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET"),
            "teams": ("MicrosoftAppId", "MicrosoftAppPassword"),
        }
        mine = [name for platform in self.SIGN_IN_WITH for name in needs[platform]]
        return (*mine, "PUBLIC_URL", "SECRET_KEY") if mine else ()
