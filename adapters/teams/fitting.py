"""Keeps cards under Teams' size: what is too much for one is spread over several, and says so. Called by
`adapters.teams.render`.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from adapters.teams.texts import Element, text_element
from bot.marks import Marks
from bot.message import Bold, Code, Link, Mention, Span, Spans, Text, When

LIMIT = 27 * 1024
"""Bytes of a whole card as plain ASCII JSON, the longest way to write it; with what stands round it, under the 28 KB
that every client takes."""

MOST_CARDS = 4
"""More than this at one time is read by nobody; the last one says that there was more."""
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


def apportioned(elements: list[Element], room: int, marks: Marks) -> list[list[Element]]:
    """The elements in their order, over as many cards as they need, each within so many bytes. Where there are several,
    each begins with which it is; what is too large for any card, or too much for all of them, is said to be left out.
    """
    if cost(elements) <= room:
        return [elements]
    parts = _packed(elements, room - cost(_remark(marks.part, 99, 99)) - 4, marks.cut)
    if len(parts) > MOST_CARDS:
        rest = [element for part in parts[MOST_CARDS - 1 :] for element in part]
        parts[MOST_CARDS - 1 :] = [fitted(rest, room - cost(_remark(marks.part, 99, 99)) - 4, marks.cut)]
    total = len(parts)
    return [[_remark(marks.part, number, total), *part] for number, part in enumerate(parts, 1)] if total > 1 else parts


def _packed(elements: Iterable[Element], room: int, left_out: str) -> list[list[Element]]:
    parts: list[list[Element]] = [[]]
    left = room
    for element in elements:
        one = element if cost(element) + 2 <= room else _remark(left_out)
        if cost(one) + 2 > left and parts[-1]:
            parts.append([])
            left = room
        parts[-1].append(one)
        left -= cost(one) + 2
    return parts


def _remark(words: str, number: int = 0, total: int = 0) -> Element:
    said = words.replace("{number}", str(number)).replace("{total}", str(total))
    return text_element((Text(said),), quiet=True) or {}


def fitted(elements: Iterable[Element], room: int, left_out: str) -> list[Element]:
    """The elements within so many bytes. What can be pressed stays longer than what can be read; the first text that
    finds no room, and all after it, give way to one line, `left_out`, that says so.
    """
    whole = list(elements)
    if cost(whole) <= room:
        return whole
    note = _remark(left_out)
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
    return element["type"] in ("ActionSet", "ColumnSet") or "selectAction" in element


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
