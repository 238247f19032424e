"""`preceptor content check|eval`: for the people who write what the mentor says."""

import os
import sys
from pathlib import Path

import click

from adapters.composition import load_knowledge
from adapters.limits import LIMITS
from bot.commands import find_commands, patterns, vocabulary
from bot.settings import read_settings
from content.check import check
from content.evaluation import BadRow, evaluate, read_rows
from content.faults import ContentFault, Fault
from content.library import PACKS, load_library, load_pack, pack_folders


@click.group()
def content() -> None:
    """Check and measure the packs: the files a content editor changes."""


@content.command("check")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
def check_packs(folder: Path | None) -> None:
    """Read every file of the packs and report every fault, with its file and line.

    Example: preceptor content check /srv/preceptor/packs
    """
    faults = _faults(folder or read_settings(os.environ).CONTENT_DIR or PACKS)
    for fault in faults:
        click.echo(f"{fault.path}:{fault.line}: {fault.says}")
    click.echo(f"{len(faults)} faults" if faults else "The packs are in order.")
    sys.exit(1 if faults else 0)


def _faults(root: Path) -> list[Fault]:
    """What keeps the packs from loading; else what needs a careful eye."""
    try:
        load_library(root)
    except ContentFault as error:
        return list(error.faults)
    commands = patterns(vocabulary(find_commands()))
    packs = ((load_pack(folder), folder) for folder in pack_folders(root))
    return [fault for pack, folder in packs for fault in check(pack, folder, commands=commands, limits=LIMITS)]


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
    known = (entry.id for entry in knowledge.library.pack(locale).faqs)
    try:
        with file.open(encoding="utf-8") as lines:
            rows = read_rows(lines, known)
    except (BadRow, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file}: {error}") from error
    click.echo(evaluate(knowledge.searchers[locale], rows).report())
