"""The `preceptor` command: puts the subcommands together and turns every expected error into one clear sentence."""

from typing import Any

import click

from adapters.cli.late import Late, LateGroup
from bot.errors import PreceptorError
from content.faults import ContentFault

COMMANDS = {
    "ask": Late("adapters.cli.asking:ask", "Ask the mentor one question, or many."),
    "content": Late("adapters.cli.content:content", "Check and measure the packs: the files a content editor changes."),
    "db": Late("adapters.cli.database:db", "Look after the database that DATABASE_URL names."),
    "deliveries": Late("adapters.cli.deliveries:deliveries", "What became of every message, and what to do about it."),
    "demo": Late("adapters.cli.serving:demo", "Fill a sample workspace and serve the playground."),
    "doctor": Late("adapters.cli.doctor:doctor", "Look at everything that is set up; say what to mend."),
    "key": Late("adapters.cli.key:key", "Print a new key for SECRET_KEY."),
    "manifest": Late("adapters.cli.manifests:manifest", "Print the manifest of the app, as a platform takes it."),
    "nudges": Late("adapters.cli.nudges:nudges", "What the mentor sends unasked."),
    "organisation": Late("adapters.cli.organisation:organisation", "Which workspaces stand under one organisation."),
    "seed": Late("adapters.cli.operating:seed", "Add sample members with running coaching plans."),
    "serve": Late("adapters.cli.serving:serve", "Serve the platforms that are on, and deliver what falls due."),
    "tick": Late("adapters.cli.operating:tick", "Look at the clock once: plan, deliver, and count what happened."),
    "worker": Late("adapters.cli.working:worker", "Deliver what falls due, beside any number of others."),
}
"""Every subcommand. It is loaded only when called; the sentence here is the one that opens its own help."""


class _Said(click.ClickException):
    """An expected error: its own sentence is all there is to say."""

    exit_code = 2

    def show(self, file: Any = None) -> None:  # noqa: ARG002
        click.echo(self.message, err=True)


class _Program(LateGroup):
    """Says expected errors of any subcommand in one clear sentence."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (PreceptorError, ContentFault) as error:
            raise _Said(str(error)) from error


@click.group(
    cls=_Program, late=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="preceptor")
def preceptor() -> None:
    """A career mentor in Slack and Microsoft Teams.

    Settings come from the environment; `preceptor doctor` says what is set, what is missing and how to mend it.
    """


def main() -> None:
    """The entry point of the installed program."""
    preceptor()
