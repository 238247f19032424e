"""`preceptor manifest`: what an administrator pastes where Slack asks for a manifest, and what they upload to Teams."""

import json
import os
import re
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

import click

from adapters.slack.manifest import manifest as slack_manifest
from adapters.slack.scopes import reasons
from adapters.teams.manifest import App, package
from adapters.teams.manifest import manifest as teams_manifest
from adapters.web.dashboard_openid import back_address
from bot.commands import find_commands, vocabulary
from bot.errors import ConfigError
from bot.settings import Settings, explain, read_settings
from content.wording import FALLBACK, load_wordings

USED = ("PUBLIC_URL", "SLACK_COMMAND", "ORG_NAME")
APP_ID = "MicrosoftAppId"


@click.group()
def manifest() -> None:
    """Print the manifest of the app, as a platform takes it."""


@manifest.command()
@click.option(
    "--rotate-tokens",
    is_flag=True,
    help="Tokens end after 12 hours: only for installations by OAuth, and it cannot be switched off again.",
)
@click.option("--sign-in", is_flag=True, help="For SIGN_IN_WITH=slack: managers sign in to the pages with Slack.")
def slack(*, rotate_tokens: bool, sign_in: bool) -> None:
    """Print the manifest of the Slack app: JSON on standard output, and why each permission is needed on the other.

    With PUBLIC_URL, Slack calls that address; without it, the manifest is one for Socket Mode. Paste it at
    https://api.slack.com/apps, under "Create New App", "From a manifest".

    Example: PUBLIC_URL=https://mentor.example.org preceptor manifest slack > manifest.json
    """
    settings = _settings()
    if settings.PUBLIC_URL and not settings.PUBLIC_URL.startswith("https:"):
        raise ConfigError(f"{explain('PUBLIC_URL')} Slack calls addresses with https only.")
    say = load_wordings()[FALLBACK]
    if sign_in and not settings.PUBLIC_URL:
        raise ConfigError(f"{explain('PUBLIC_URL')} Slack sends people back to it, so it is needed.")
    back = back_address("", "slack") if sign_in else ""
    made = slack_manifest(say, settings.SLACK_COMMAND, settings.PUBLIC_URL, rotates=rotate_tokens, sign_in=back)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))
    for scope, reason in reasons(say).items():
        click.echo(f"{scope}: {reason}", err=True)


@manifest.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    default=Path("app.zip"),
    show_default=True,
    help="Where to write the app package. The preview one is written beside it.",
)
@click.option(
    "--app-version",
    default=lambda: version("preceptor"),
    help="The app's version, such as 1.0.3. Teams takes an app anew only under a higher one.",
)
def teams(output: Path, app_version: str) -> None:
    """Write the app package for Teams, and beside it a preview package.

    Upload the first one in the Teams admin center under "Manage apps". The preview package adds native slash commands
    and answers that only their asker sees in a channel: for organizations that take part in Teams' public preview.

    Example: MicrosoftAppId=00001111-aaaa-2222-bbbb-3333cccc4444 PUBLIC_URL=https://mentor.example.org
    ORG_NAME="Sample Clinics" preceptor manifest teams -o app.zip
    """
    if not re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", app_version):
        raise click.BadParameter(
            "is not three numbers with dots between them, such as 1.0.3", param_hint="--app-version"
        )
    app = _app(app_version)
    say, commands = load_wordings()[FALLBACK], vocabulary(find_commands())
    beside = output.with_name(f"{output.stem}-preview{output.suffix}")
    for path, preview in ((output, False), (beside, True)):
        try:
            path.write_bytes(package(teams_manifest(app, say, commands, preview=preview)))
        except OSError as error:
            raise ConfigError(f"{path} could not be written: {error.strerror}.") from error
    click.echo(f"{output}: the app package. Upload it in the Teams admin center, under Manage apps.")
    click.echo(
        f"{beside}: the same with what Teams has in public preview: slash commands, private answers in channels."
    )


def _app(app_version: str) -> App:
    """Raises ConfigError that names all that is lacking."""
    settings, app_id = _settings(), os.environ.get(APP_ID, "").strip()
    given = {APP_ID: app_id, "PUBLIC_URL": settings.PUBLIC_URL or ""}
    if lacking := [explain(name) for name, value in given.items() if not value]:
        raise ConfigError("\n".join(("The Teams app needs this in its manifest:", *lacking)))
    if not given["PUBLIC_URL"].startswith("https:"):
        raise ConfigError(f"{explain('PUBLIC_URL')} Teams shows pages with https only.")
    try:
        return App(str(UUID(app_id)), given["PUBLIC_URL"], settings.ORG_NAME, app_version)
    except ValueError as error:
        raise ConfigError(f"{explain(APP_ID)} The value given is no such id.") from error


def _settings() -> Settings:
    return read_settings({name: os.environ[name] for name in USED if name in os.environ})
