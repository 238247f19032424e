"""What the operator sets for Microsoft Teams, under the names that Bot Framework samples use. `bot.settings.Settings`
is made of these and its own.
"""

from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.web_addresses import WebAddress, is_loopback

TEAMS = (
    "MicrosoftAppId",
    "MicrosoftAppPassword",
    "MicrosoftAppType",
    "MicrosoftAppTenantId",
    "TEAMS_TENANTS",
    "BOT_OPENID_METADATA_URL",
    "BOT_SERVICE_URLS",
    "BOT_ACCESS_TOKEN",
)
"""Any of these switches Teams on."""
TEAMS_OWN = ("https://smba.trafficmanager.net/", "https://smba.infra.gcc.teams.microsoft.com/")
"""Where Teams' connectors answer, in the public cloud and in GCC (Microsoft's page on proactive messages)."""

_TENANT_LETTERS = "is not the id of an organization, such as 72f988bf-86f1-41af-91ab-2d7cd011db47"


def _app_id(value: str) -> str:
    try:
        return str(UUID(value.strip()))
    except ValueError as error:
        raise ValueError("is not an id such as 11111111-2222-3333-4444-555555555555") from error


def _tenant(value: str) -> str:
    tenant = value.strip().lower()
    if not tenant.replace("-", "").isalnum() or not tenant.isascii():
        raise ValueError(_TENANT_LETTERS)
    return tenant


def _tenants(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(_tenant(each) for each in value.split(",") if each.strip())


def _service_urls(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(_service_url(each.strip()) for each in value.split(",") if each.strip())


def _service_url(value: str) -> str:
    parts = urlsplit(value)
    is_plain = not (parts.query or parts.fragment or parts.username) and parts.hostname and parts.port != 0
    if not is_plain or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(value))):
        raise ValueError("is not a list of https addresses")
    return value


class TeamsSettings(BaseModel):
    """The settings of Microsoft Teams."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    MicrosoftAppId: Annotated[str, BeforeValidator(_app_id)] | None = Field(
        None,
        description="the id of your app registration in Microsoft Entra",
        examples=["11111111-2222-3333-4444-555555555555"],
    )
    MicrosoftAppPassword: str | None = Field(
        None,
        repr=False,
        min_length=8,
        description="the client secret of your app registration, with which the mentor signs in to Teams",
        examples=["abc8Q~…"],
    )
    MicrosoftAppType: Literal["SingleTenant", "MultiTenant", "UserAssignedMSI"] | None = Field(
        None,
        description="how your app registration signs in: SingleTenant, MultiTenant or UserAssignedMSI",
        examples=["SingleTenant"],
    )
    MicrosoftAppTenantId: Annotated[str, BeforeValidator(_tenant)] | None = Field(
        None,
        description="the id of the organization that your app registration belongs to",
        examples=["72f988bf-86f1-41af-91ab-2d7cd011db47"],
    )
    TEAMS_TENANTS: Annotated[tuple[str, ...], BeforeValidator(_tenants)] = Field(
        (),
        description="the ids of the organizations whose people may use the mentor in Teams, comma-separated",
        examples=["72f988bf-86f1-41af-91ab-2d7cd011db47"],
    )
    BOT_OPENID_METADATA_URL: WebAddress = Field(
        "https://login.botframework.com/v1/.well-known/openidconfiguration",
        description="where the keys are announced that Teams signs its requests with",
        examples=["https://login.botframework.azure.us/v1/.well-known/openidconfiguration"],
    )
    BOT_SERVICE_URLS: Annotated[tuple[str, ...], BeforeValidator(_service_urls)] = Field(
        TEAMS_OWN,
        min_length=1,
        description="how the addresses begin at which Teams may be answered, comma-separated",
        examples=["https://smba.trafficmanager.net/"],
    )
    BOT_ACCESS_TOKEN: str | None = Field(
        None,
        repr=False,
        min_length=8,
        pattern=r"^[!-~]+$",
        description="a fixed token for a test peer on this machine, in place of signing in",
        examples=["local-test-token"],
    )

    TEAMS_PREVIEW: bool = Field(
        False,
        description="whether the preview app package is installed, with answers in channels that only their asker sees",
        examples=["yes"],
    )

    @property
    def has_teams(self) -> bool:
        return bool(self.model_fields_set & set(TEAMS))

    @property
    def teams_type(self) -> str:
        """How the mentor signs in; where nobody says, an organization's id makes it a registration of that one."""
        return self.MicrosoftAppType or ("SingleTenant" if self.MicrosoftAppTenantId else "MultiTenant")

    @property
    def teams_tenants(self) -> frozenset[str]:
        """The organizations that are let in."""
        own = (self.MicrosoftAppTenantId,) if self.MicrosoftAppTenantId else ()
        return frozenset(self.TEAMS_TENANTS or own)

    @property
    def teams_is_local(self) -> bool:
        """True when every connector that may be answered is a test peer on this machine."""
        return all(is_loopback(each) for each in self.BOT_SERVICE_URLS)

    @property
    def teams_service_url(self) -> str:
        """Where conversations are opened while no other address is known."""
        first = self.BOT_SERVICE_URLS[0]
        return f"{first}teams/" if first in TEAMS_OWN else first

    def teams_lacks(self) -> str:
        """The first setting that Teams still needs; empty when it is off, or whole."""
        if not self.has_teams:
            return ""
        return next((name for name in self._teams_needs() if not getattr(self, name)), "")

    def _teams_needs(self) -> tuple[str, ...]:
        secret = () if self.BOT_ACCESS_TOKEN or self.teams_type == "UserAssignedMSI" else ("MicrosoftAppPassword",)
        own = ("MicrosoftAppTenantId",) if self.teams_type == "SingleTenant" else ()
        tenants = () if self.teams_tenants else ("TEAMS_TENANTS",)
        return ("MicrosoftAppId", *secret, *own, *tenants)
