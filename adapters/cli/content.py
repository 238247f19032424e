"""`preceptor content check|eval`: for the people who write what the mentor says."""

import os
import sys
from pathlib import Path

import click

from adapters.composition import load_knowledge
from adapters.limits import LIMITS
from bot.commands import find_commands, vocabulary
from bot.settings import read_settings
from content.check import check_library
from content.evaluation import evaluate, read_rows
from content.faults import ContentFault


@click.group()
def content() -> None:
    """Check and measure the packs: the files a content editor changes."""


@content.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check(folder: Path | None) -> None:
    """Read every file of the packs and report every fault, with its file and line.

    Example: preceptor content check /srv/preceptor/packs
    """
    where = folder or read_settings(os.environ).CONTENT_DIR
    try:
        faults = check_library(where, commands=frozenset(vocabulary(find_commands())), limits=LIMITS)
    except ContentFault as error:
        faults = list(error.faults)
    for fault in faults:
        click.echo(f"{fault.path}:{fault.line}: {fault.says}")
    click.echo(f"{len(faults)} faults" if faults else "The packs are in order.")
    sys.exit(1 if faults else 0)


@content.command("eval")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--locale", default="en", show_default=True, help="The language of the questions.")
def evaluate_file(file: Path, locale: str) -> None:
    """Measure how well questions find their answers.

    FILE holds one JSON object a line: {"text": "…", "expect": ["id", …], "also": ["id", …]}; an empty `expect` is a
    question outside what the mentor knows. Example: preceptor content eval questions.jsonl
    """
    knowledge = load_knowledge(read_settings(os.environ))
    if locale not in knowledge.searchers:
        raise click.BadParameter(f"there is no such language; there are: {', '.join(knowledge.searchers)}")
    click.echo(evaluate(knowledge.searchers[locale], read_rows(file)).report())
