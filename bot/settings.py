"""What the operator sets in the environment. Read once by the composition root; nothing else looks there.

A missing or malformed setting ends the start with its name, what it is for, and an example.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from bot.errors import ConfigError
from bot.sign_in_settings import SignInSettings
from bot.vault import Vault
from bot.web_addresses import PingAddress, WebAddress, is_loopback


def _operators(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    given = (person.strip() for person in value.split(",") if person.strip())
    # Microsoft's ids mean the same in capitals, and are compared in small letters everywhere.
    people = [tuple((each.lower() if each.startswith("teams:") else each).split(":")) for each in given]
    if any(len(person) != 3 or not all(person) for person in people):
        raise ValueError("is not a list of platform:tenant:user")
    return people


def _expiries(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return tuple(_expiry(each) for each in value.split(",") if each.strip())


def _expiry(value: str) -> tuple[str, date]:
    """A date alone is the Teams app's secret, which always has an end."""
    name, _, day = value.rpartition("=")
    name = name.strip() or "MicrosoftAppPassword"
    try:
        ends = date.fromisoformat(day.strip())
    except ValueError as error:
        raise ValueError("is not a list of NAME=2027-03-31") from error
    if name not in Settings.model_fields:
        raise ValueError(f"names {name}, which is no setting")
    return name, ends


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


_SLACK = ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")
"""Any of these switches Slack on."""


_ELSEWHERE = "BOT_SERVICE_URLS allows others, as in BOT_SERVICE_URLS=http://127.0.0.1:3980/."


class Settings(SignInSettings):
    """Every setting this release reads, by the name it has in the environment."""

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

    SECRETS_EXPIRE: Annotated[tuple[tuple[str, date], ...], BeforeValidator(_expiries)] = Field(
        (),
        description="when your secrets end, so that the operators are told in time",
        examples=["MicrosoftAppPassword=2027-03-31"],
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

    @model_validator(mode="after")
    def _teams_is_whole(self) -> Self:
        if lacking := self.teams_lacks():
            raise ConfigError(f"{explain(lacking)} Teams is switched on by its other settings, so it is needed.")
        if self.BOT_ACCESS_TOKEN and not self.teams_is_local:
            raise ConfigError(
                f"{explain('BOT_ACCESS_TOKEN')} It is for addresses on this machine only, and {_ELSEWHERE}"
            )
        return self

    @model_validator(mode="after")
    def _sign_in_is_whole(self) -> Self:
        for name in self.sign_in_needs():
            if not getattr(self, name):
                raise ConfigError(f"{explain(name)} SIGN_IN_WITH is set, so it is needed.")
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
