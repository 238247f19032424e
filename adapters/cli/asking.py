"""`preceptor ask`: the same answers as in chat, from a terminal or a script."""

import json
import os
import sys
from collections.abc import Iterable, Iterator

import click

from bot.markdown import blocks
from bot.message import Message, plain
from bot.settings import read_settings
from content.library import load_library
from content.pack import Faq
from content.search import Answer, DidYouMean, NoAnswer, Outcome, Searcher
from content.wording import Wording, load_wordings


@click.command()
@click.argument("question", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line. With - as the question, read stdin.")
@click.option("--locale", default="en", show_default=True, help="The language to answer in.")
def ask(question: tuple[str, ...], as_json: bool, locale: str) -> None:
    """Ask the mentor one question, or many.

    Examples: preceptor ask "do I need a degree?"   or   preceptor ask --json - < questions.txt
    """
    library = load_library(read_settings(os.environ).CONTENT_DIR)
    wordings = load_wordings()
    if locale not in wordings:
        raise click.BadParameter(f"there is no such language; there are: {', '.join(wordings)}")
    searcher = Searcher(library.pack(locale))
    for line in _questions(question):
        result = searcher.search(line)
        said = _text(wordings[locale], result)
        click.echo(_json(line, result, said, locale) if as_json else said)


def _questions(words: tuple[str, ...]) -> Iterator[str]:
    if words == ("-",):
        lines: Iterable[str] = (line.rstrip("\n") for line in sys.stdin)
        yield from (line for line in lines if line.strip())
    else:
        yield " ".join(words)


def _json(question: str, result: Outcome, said: str, locale: str) -> str:
    row = {
        "question": question,
        "outcome": result.kind,
        "ids": list(result.ids),
        "score": round(result.score, 4),
        "text": said,
        "locale": locale,
    }
    return json.dumps(row, ensure_ascii=False)


def _text(say: Wording, result: Outcome) -> str:
    match result:
        case Answer(faq=faq):
            return _shown(faq)
        case DidYouMean(faqs=faqs):
            return "\n".join([say("faq.did-you-mean"), *(f"- {faq.question}" for faq in faqs)])
        case NoAnswer(reply=outside):
            return plain(Message("", blocks(outside.reply))).strip() if outside else say("faq.not-known")


def _shown(faq: Faq) -> str:
    sources = "; ".join(
        f"{source.name}{f', {source.label}, {source.date}' if source.label else ''}" for source in faq.sources
    )
    return f"{plain(Message(faq.question, blocks(faq.answer)))}\n(Source: {sources})"
