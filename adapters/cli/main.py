"""The `preceptor` command: puts the subcommands together and turns every expected error into one clear sentence."""

import sys

import click

from adapters.cli import asking, content, database, doctor, operating, serving
from bot.errors import PreceptorError
from content.faults import ContentFault


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="preceptor")
def preceptor() -> None:
    """A career mentor in Slack and Microsoft Teams.

    Settings come from the environment; `preceptor doctor` says what is set, what is missing and how to mend it.
    """


for command in (
    asking.ask,
    serving.demo,
    serving.serve,
    operating.tick,
    operating.seed,
    doctor.doctor,
    content.content,
    database.db,
):
    preceptor.add_command(command)


def main() -> None:
    """The entry point of the installed program."""
    try:
        preceptor()
    except (PreceptorError, ContentFault) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
