"""`preceptor manifest slack`: what an administrator pastes where Slack asks for an app manifest."""

import json
import os

import click

from adapters.slack.manifest import manifest as slack_manifest
from adapters.slack.scopes import reasons
from bot.errors import ConfigError
from bot.settings import explain, read_settings
from content.wording import FALLBACK, load_wordings

USED = ("PUBLIC_URL", "SLACK_COMMAND")


@click.group()
def manifest() -> None:
    """Print the manifest of the app, as a platform takes it."""


@manifest.command()
@click.option(
    "--rotate-tokens",
    is_flag=True,
    help="Tokens end after 12 hours: only for installations by OAuth, and it cannot be switched off again.",
)
def slack(*, rotate_tokens: bool) -> None:
    """Print the manifest of the Slack app: JSON on standard output, and why each permission is needed on the other.

    With PUBLIC_URL, Slack calls that address; without it, the manifest is one for Socket Mode. Paste it at
    https://api.slack.com/apps, under "Create New App", "From a manifest".

    Example: PUBLIC_URL=https://mentor.example.org preceptor manifest slack > manifest.json
    """
    settings = read_settings({name: os.environ[name] for name in USED if name in os.environ})
    if settings.PUBLIC_URL and not settings.PUBLIC_URL.startswith("https:"):
        raise ConfigError(f"{explain('PUBLIC_URL')} Slack calls addresses with https only.")
    say = load_wordings()[FALLBACK]
    made = slack_manifest(say, settings.SLACK_COMMAND, settings.PUBLIC_URL, rotates=rotate_tokens)
    click.echo(json.dumps(made, indent=2, ensure_ascii=False))
    for scope, reason in reasons(say).items():
        click.echo(f"{scope}: {reason}", err=True)
