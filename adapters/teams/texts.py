"""Spans → the text elements of an Adaptive Card. `adapters.teams.render` draws every text through here.

Runs of a RichTextBlock know no Markdown, so nothing in them needs escaping. Links work only in a TextBlock (Teams'
desktop client ignores an action on a run), so a text that holds one becomes Markdown with everything else escaped.
"""

import re
from typing import Any, assert_never
from urllib.parse import quote, urlsplit

from bot.message import Bold, Code, Link, Mention, Span, Spans, Text, When, local_text

Element = dict[str, Any]

_NUMBERED = re.compile(r"^(\s*\d{1,9})([.)])", re.MULTILINE)
_LIST_MARK = re.compile(r"^(\s*)([-+#>=])", re.MULTILINE)
_ANYWHERE = re.compile(r"[\\`*_\[\]<>~&]")
_TEMPLATE = re.compile(r"\{(?=\{)")
_INNER_SPACE = re.compile(r"\s+")
_INDENT = re.compile(r"^[^\S\n]+", re.MULTILINE)
_ZERO_WIDTH = "\u200b"


def text_element(spans: Spans, *, quiet: bool = False, mark: str = "") -> Element | None:
    """A paragraph, or a point of a list with its `mark` ("•", "1."); None where there is nothing to read."""
    if not any(_words(span).strip() for span in spans):
        return None
    if mark:
        spans = (Text(f"{mark} "), *spans)
    look: Element = {"isSubtle": True, "size": "Small"} if quiet else {}
    if any(isinstance(span, Link) and is_web_address(span.url) for span in spans):
        return {"type": "TextBlock", "text": markdown(spans), "wrap": True, **look}
    return {"type": "RichTextBlock", "inlines": [{**_run(span), **look} for span in spans if _words(span)]}


def heading(words: str) -> Element:
    """The title above an answer's blocks."""
    return {
        "type": "TextBlock",
        "text": escape(words),
        "wrap": True,
        "size": "Large",
        "weight": "Bolder",
        "style": "heading",
    }


def markdown(spans: Spans) -> str:
    """The spans as Adaptive Card Markdown, for texts that hold links and for the values of facts."""
    written = ""
    for span in spans:
        marked = _marked(span)
        touching = written.endswith("**") and marked.startswith("**")
        written += f"{_ZERO_WIDTH}{marked}" if touching else marked
    return _INDENT.sub("", written)


def escape(words: str) -> str:
    """Plain words so that Adaptive Card Markdown shows them as they are."""
    escaped = _ANYWHERE.sub(lambda found: f"\\{found[0]}", plainly(words))
    escaped = _NUMBERED.sub(r"\1\\\2", escaped)
    return _LIST_MARK.sub(r"\1\\\2", escaped)


def plainly(words: str) -> str:
    """Words that no client takes for a date template: `{{DATE(…)}}` works in every text of a card."""
    return _TEMPLATE.sub(f"{{{_ZERO_WIDTH}", words)


def is_web_address(url: str) -> bool:
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


def _run(span: Span) -> Element:
    run: Element = {"type": "TextRun", "text": plainly(_words(span))}
    match span:
        case Bold() | Mention():
            return {**run, "weight": "Bolder"}
        case Code():
            return {**run, "fontType": "Monospace"}
        case Text() | Link() | When():
            return run
        case _:
            assert_never(span)


def _marked(span: Span) -> str:
    match span:
        case Bold() | Code() | Mention():
            return _emphasised(span.text)
        case Link():
            words = escape(_one_line(span.text))
            return f"[{words}]({_address(span.url)})" if words.strip() and is_web_address(span.url) else words
        case Text() | When():
            return escape(_words(span))
        case _:
            assert_never(span)


def _words(span: Span) -> str:
    return local_text(span) if isinstance(span, When) else span.text


def _emphasised(words: str) -> str:
    """Bold, where the two asterisks will be read as such: they must touch a letter or a digit inside."""
    inner = words.strip()
    if not inner or not (inner[0].isalnum() and inner[-1].isalnum()) or "\n" in inner:
        return escape(words)
    before, _, after = words.partition(inner)
    return f"{before}**{escape(inner)}**{after}"


def _one_line(words: str) -> str:
    return _INNER_SPACE.sub(" ", words)


def _address(url: str) -> str:
    """An address that ends where its parenthesis does."""
    return quote(url, safe=":/?#[]@!$&'*+,;=%~-._").replace("[", "%5B").replace("]", "%5D")
