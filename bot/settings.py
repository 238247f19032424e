"""What the operator sets in the environment. Read once by the composition root; nothing else looks there.

A missing or malformed setting ends the start with its name, what it is for, and an example.
"""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from bot.errors import ConfigError
from bot.vault import Vault


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("is not a web address")
    return value.rstrip("/")


def _ping_address(value: str) -> str:
    _web_address(value)
    if urlsplit(value).port == 0 or any(map(str.isspace, value.strip())):  # a port that is no number raises by itself
        raise ValueError("is not a web address")
    return value.strip()  # with the slash at its end, which may matter to whoever answers there


def _operators(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    people = [tuple(person.strip().split(":")) for person in value.split(",") if person.strip()]
    if any(len(person) != 3 or not all(person) for person in people):
        raise ValueError("is not a list of platform:tenant:user")
    return people


def _word(value: str) -> str:
    word = value.strip().removeprefix("/")
    if not word or not word.replace("-", "").replace("_", "").isalnum() or word != word.lower() or len(word) > 31:
        raise ValueError("is not one lower-case word")
    return word


def _keys(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return Vault.keys(value)
    except ValueError as error:
        raise ValueError("is not a list of keys that `preceptor key` makes") from error


WebAddress = Annotated[str, BeforeValidator(_web_address)]
PingAddress = Annotated[str, BeforeValidator(_ping_address)]


_SLACK = ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
"""Any of these switches Slack on."""


class Settings(BaseModel):
    """Every setting this release reads, by the name it has in the environment."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    DATABASE_URL: str = Field(
        "sqlite:///preceptor.db",
        repr=False,
        description="where the data lives",
        examples=["postgresql://user:password@host/name"],
    )
    SECRET_KEY: Annotated[tuple[str, ...], BeforeValidator(_keys)] = Field(
        (),
        repr=False,
        description="encrypts the tokens that Slack gives us; `preceptor key` makes one (several: newest first)",
        examples=["q3Zc8…="],
    )
    PUBLIC_URL: WebAddress | None = Field(
        None, description="the address at which browsers reach this server", examples=["https://mentor.example.org"]
    )
    PORT: int = Field(8000, ge=1, le=65535, description="the port this server listens on", examples=["8000"])
    CONTENT_DIR: Path | None = Field(
        None, description="a folder of packs to use in place of the shipped ones", examples=["/srv/preceptor/packs"]
    )
    ORG_NAME: str = Field("", max_length=80, description="your organization's name", examples=["Sample Clinics"])
    OPERATORS: Annotated[tuple[tuple[str, str, str], ...], BeforeValidator(_operators)] = Field(
        (), description="the people who run the mentor, as platform:tenant:user", examples=["slack:T0123:U0456"]
    )
    SLACK_SIGNING_SECRET: str | None = Field(
        None,
        repr=False,
        min_length=16,
        description="proves that a request comes from Slack",
        examples=["8f742231b10e8888abcd99yyyzzz85a5"],
    )
    SLACK_BOT_TOKEN: str | None = Field(
        None,
        repr=False,
        pattern=r"^xoxb-",
        description="lets the mentor write in your one workspace",
        examples=["xoxb-…"],
    )
    SLACK_APP_TOKEN: str | None = Field(
        None,
        repr=False,
        pattern=r"^xapp-",
        description="lets the mentor listen through Socket Mode, without a public address",
        examples=["xapp-…"],
    )
    SLACK_CLIENT_ID: str | None = Field(
        None,
        pattern=r"^[0-9A-Za-z.]+$",
        description="your Slack app's name where many workspaces install it",
        examples=["1234567890.0987654321"],
    )
    SLACK_CLIENT_SECRET: str | None = Field(
        None,
        repr=False,
        pattern=r"^[!-~]{16,}$",
        description="proves to Slack that an installation is ours",
        examples=["9f2c5d1b7a3e48608b1d2c3e4f5a6b7c"],
    )
    SLACK_API_URL: WebAddress = Field(
        "https://slack.com/api", description="where Slack's Web API answers", examples=["https://slack.com/api"]
    )
    SLACK_COMMAND: Annotated[str, BeforeValidator(_word)] = Field(
        "mentor", description="the word of the slash command", examples=["/mentor"]
    )
    SLACK_PER_MINUTE: int = Field(
        300, ge=1, le=6000, description="messages a minute to one Slack workspace, at most", examples=["300"]
    )
    SLACK_READ_BACK: bool = Field(
        True,
        description="whether a message that may have arrived is looked for in the direct message it went to",
        examples=["no"],
    )
    IN_FLIGHT: int = Field(50, ge=1, le=1000, description="messages being sent at one time, at most", examples=["50"])

    SEND_GUARD: int = Field(
        50, ge=0, description="people that a send you start may reach before you are asked again", examples=["50"]
    )
    HEARTBEAT_URL: PingAddress | None = Field(
        None,
        repr=False,
        description="asked every minute while planning works and nothing is overdue",
        examples=["https://heartbeats.example.org/ping/1234"],
    )
    METRICS_TOKEN: str | None = Field(
        None,
        repr=False,
        pattern=r"^[!-~]{16,}$",
        description="16 letters or more, without spaces, that let another machine read /metrics",
        examples=["d6b7c1f0a94e4a1bb1f1c9d3e5a7f902"],
    )

    @property
    def has_slack(self) -> bool:
        return any(getattr(self, name) for name in _SLACK)

    @property
    def has_many_workspaces(self) -> bool:
        """Whether workspaces install the mentor by themselves, at /slack/install."""
        return bool(self.SLACK_CLIENT_ID or self.SLACK_CLIENT_SECRET)

    @model_validator(mode="after")
    def _slack_is_whole(self) -> Self:
        for name in self._slack_needs():
            if not getattr(self, name):
                raise ConfigError(f"{explain(name)} Slack is switched on by its other settings, so it is needed.")
        page = self.PUBLIC_URL or ""
        if self.has_many_workspaces and not page.startswith("https:") and not is_loopback(page):
            raise ConfigError(f"{explain('PUBLIC_URL')} Slack sends browsers back to addresses with https only.")
        return self

    def _slack_needs(self) -> tuple[str, ...]:
        """One workspace by its token, or many by OAuth; requests come signed over HTTP, or through a socket."""
        if not self.has_slack:
            return ()
        signed = () if self.SLACK_APP_TOKEN else ("SLACK_SIGNING_SECRET",)
        if self.has_many_workspaces:
            return ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", *signed, "SECRET_KEY", "PUBLIC_URL")
        return (*signed, "SLACK_BOT_TOKEN")

    @property
    def slack_is_local(self) -> bool:
        """True when Slack's Web API is a test peer on this machine."""
        return is_loopback(self.SLACK_API_URL)


def is_loopback(address: str) -> bool:
    """Whether a web address names this very machine."""
    host = urlsplit(address).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def explain(name: str) -> str:
    """A setting in one sentence: "PORT: the port this server listens on. Example: PORT=8000."."""
    field = Settings.model_fields[name]
    return f"{name}: {field.description}. Example: {name}={(field.examples or [''])[0]}."


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from an environment. An empty value counts as unset.

    Raises ConfigError naming the first setting that is missing or malformed.
    """
    given = {name: value for name, value in environment.items() if name in Settings.model_fields and value.strip()}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{explain(name)} The value given does not fit: {said}.") from error
