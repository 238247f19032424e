"""Keeps a card under Teams' size, and says so on the card where something was left out. Called by
`adapters.teams.render`.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from adapters.teams.texts import Element, text_element
from bot.message import Bold, Code, Link, Mention, Span, Spans, Text, When

LIMIT = 28 * 1024
"""Bytes of a whole card as plain ASCII JSON, the longest way to write it: every client takes this much."""

TEXT_COST = 6000
"""Bytes that one text may take; more is cut and ends in an ellipsis."""


def cost(value: Any) -> int:
    """Bytes of a value as ASCII JSON."""
    return len(json.dumps(value))


def cut(spans: Spans, room: int = TEXT_COST) -> Spans:
    """The spans up to so many bytes, with an ellipsis where some are missing."""
    return tuple(_within(spans, room))


def shorten(words: str, room: int) -> str:
    """The words up to so many bytes, with an ellipsis where some are missing."""
    if cost(words) <= room:
        return words
    kept = words[:room]
    while cost(kept) > room:
        kept = kept[: len(kept) - 1 - (cost(kept) - room) // 12]
    return kept.rstrip() + "…"


def fitted(elements: Iterable[Element], room: int, left_out: str) -> list[Element]:
    """The elements within so many bytes. What can be pressed stays longer than what can be read; the first text that
    finds no room, and all after it, give way to one line, `left_out`, that says so.
    """
    whole = list(elements)
    if cost(whole) <= room:
        return whole
    note = text_element((Text(left_out),), quiet=True) or {}
    room -= cost(note) + 4
    acting = _admitted([element for element in whole if _acts(element)], room // 2)
    read = _admitted([element for element in whole if not _acts(element)], room - _total(acting))
    kept = {id(element) for element in (*acting, *read)}
    first_lost = next(at for at, element in enumerate(whole) if id(element) not in kept)
    shown = [element for element in whole if id(element) in kept]
    before = sum(id(element) in kept for element in whole[:first_lost])
    return [*shown[:before], note, *shown[before:]]


def _admitted(elements: Iterable[Element], room: int) -> list[Element]:
    admitted: list[Element] = []
    for element in elements:
        room -= cost(element) + 2
        if room < 0:
            break
        admitted.append(element)
    return admitted


def _total(elements: Iterable[Element]) -> int:
    return sum(cost(element) + 2 for element in elements)


def _acts(element: Element) -> bool:
    return element["type"] in ("ActionSet", "ColumnSet")


def _within(spans: Spans, room: int) -> Iterator[Span]:
    for span in spans:
        need = cost(span.text) if not isinstance(span, When) else 30
        if need > room:
            yield _cut_span(span, max(room, 12))
            return
        room -= need
        yield span


def _cut_span(span: Span, room: int) -> Span:
    match span:
        case Text() | Bold() | Code():
            return type(span)(shorten(span.text, room))
        case Link():
            return Link(shorten(span.text, room), span.url)
        case Mention():
            return Mention(span.user, shorten(span.text, room))
        case When():
            return Text("…")
