"""Markdown of a pack → blocks of the message model. Used for FAQ answers and longer texts of a step.

Packs use paragraphs, lists, **bold**, `commands` and links; the checker refuses the rest, and this reads it as text.
"""

from collections.abc import Sequence
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.message import Block, Bold, Bullets, Code, Link, Paragraph, Span, Spans, Text

_PARSER = MarkdownIt("commonmark", {"html": False})


@lru_cache(maxsize=256)
def blocks(markdown: str) -> tuple[Block, ...]:
    """The text as paragraphs and lists, in order. A pack's texts are few and asked for often, so they are kept read."""
    made: list[Block] = []
    items: list[Spans] | None = None
    numbered = False
    for token in _PARSER.parse(markdown):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            items, numbered = [], token.type.startswith("ordered")
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            made.append(Bullets(tuple(items or ()), numbered))
            items = None
        elif token.type == "inline":
            spans = _spans(token.children or [])
            if items is None:
                made.append(Paragraph(spans))
            else:
                items.append(spans)
    return tuple(made)


def _spans(tokens: Sequence[Token]) -> Spans:
    spans: list[Span] = []
    bold, url, words = False, "", ""
    for token in tokens:
        match token.type:
            case "strong_open" | "strong_close":
                bold = token.type == "strong_open"
            case "link_open":
                url, words = str(token.attrGet("href") or ""), ""
            case "link_close":
                spans.append(Link(words, url))
                url = ""
            case "code_inline":
                spans.append(Code(token.content))
            case _:
                piece = " " if token.type in ("softbreak", "hardbreak") else token.content
                if url:
                    words += piece
                else:
                    spans.append(Bold(piece) if bold else Text(piece))
    return tuple(spans)
