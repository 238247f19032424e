"""The neutral message → Adaptive Cards, version 1.5, of elements that 1.2 clients draw too. Called by Teams' listeners
and transport, by the playground and by the gallery.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import assert_never

from adapters.teams.actions import Place, button, saying
from adapters.teams.fitting import LIMIT, apportioned, cost, cut, fitted, shorten
from adapters.teams.submitted import filled_in
from adapters.teams.texts import Element, escape, heading, markdown, plainly, text_element
from bot.form import Form
from bot.message import (
    Block,
    Bold,
    Bullets,
    Button,
    Buttons,
    Choice,
    Divider,
    Facts,
    File,
    Input,
    Message,
    Paragraph,
    Progress,
    Spans,
    Table,
    Text,
    plain_spans,
)
from bot.words import MAX_TEXT

SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
ROW_OF_BUTTONS, ROW_OF_LETTERS = 6, 50
"""What Teams shows side by side: more actions hide behind dots, and wider rows run out of the card."""
AROUND_A_LABEL = 4
"""Letters that a button's own edges take."""
LONG_LABEL = 30
"""Letters that a button on a phone shows; what has more is a question, and shown whole."""
ROW_COST = LIMIT // 3
"""Bytes that one row of buttons may take."""
COLUMNS = 4
"""Of a table on a phone, whose words would break in the middle beside more."""
CHAT = Place()
POINT = 400
"""Bytes of a summary, which is one line."""
NOTHING = "…"
"""Stands where a card needs a word and the message has none."""


def cards(message: Message, place: Place = CHAT) -> list[Element]:
    """The message as one card, or as several where one is not enough; each under 28 KB, and each says which it is."""
    frame = _card(message, ())
    parts = apportioned(list(_Drawing(message, place).body()), LIMIT - cost(frame), message.marks)
    return [_card(message, part) for part in parts]


def render(message: Message, place: Place = CHAT) -> Element:
    """The message as one card, under 28 KB whatever it holds: what finds no room is left out, and the card says so."""
    room = LIMIT - cost(_card(message, ()))
    return _card(message, fitted(_Drawing(message, place).body(), room, message.marks.cut))


def summary(message: Message) -> str:
    """What a notification says: the discreet title where there is one."""
    title = " ".join((message.discreet or message.title).split())
    return plainly(shorten(title, POINT)).replace("<", "<\u200b")


def blank_card(point: str) -> Element:
    """A card that says its point where it is not drawn, and nothing else yet."""
    return {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": point,
        "body": [],
    }


def _card(message: Message, body: Sequence[Element]) -> Element:
    return {**blank_card(summary(message)), "body": list(body)}


def opener(form: Form | None) -> tuple[Block, ...]:
    """The button that opens a form, under the words that ask for the same."""
    return (Buttons((Button(form.opens, form.command, opens=True),)),) if form else ()


class _Drawing:
    """One message being drawn: knows where it will stand, and numbers its fields."""

    def __init__(self, message: Message, place: Place) -> None:
        self._message = message
        self._place = place
        self._fields = count(1)

    def body(self) -> Iterator[Element]:
        message = self._message
        if message.discreet is None and message.title.strip():
            yield heading(shorten(message.title, 1000))
        opens = self._place.opens and not self._place.is_dialog
        divided = False
        for block in (*message.blocks, *(opener(message.form) if opens else ())):
            if isinstance(block, Divider):
                divided = True
                continue
            for element in self._drawn(block):
                yield {**element, "separator": True, "spacing": "Medium"} if divided else element
                divided = False

    def _drawn(self, block: Block) -> Iterator[Element]:  # noqa: C901 - one case a block
        match block:
            case Paragraph():
                yield from _text(block.spans, quiet=block.quiet)
            case Bullets():
                yield from _bullets(block)
            case Facts():
                yield from _facts(block)
            case Progress():
                yield from _text(_progress(block))
            case Table():
                yield from _table(block)
            case Buttons():
                yield from self._buttons(block.buttons)
            case Choice():
                yield from self._choice(block)
            case Input():
                yield self._input(block)
            case Divider():
                pass
            case File(name, label):
                yield from _text((Bold(label), Text(f"\n{name}")))
            case _:
                assert_never(block)

    def _buttons(self, buttons: tuple[Button, ...]) -> Iterator[Element]:
        """As many side by side as a card is wide; questions one below the other, since a button cuts its label."""
        waiting: list[tuple[Button, Element]] = []
        for one in buttons:
            if len(one.label) <= LONG_LABEL:
                waiting.append((one, button(one, self._place)))
                continue
            yield from _action_sets(waiting)
            waiting = []
            yield _question(one, self._place)
        yield from _action_sets(waiting)

    def _choice(self, block: Choice) -> Iterator[Element]:
        if not block.options:
            return
        field = self._field_id()
        commands = [option.command for option in block.options]
        chosen = {"value": block.chosen} if block.chosen in commands else {}
        choices = [
            {"title": plainly(shorten(one.label, 500)) or NOTHING, "value": one.command} for one in block.options
        ]
        drawn: Element = {
            "type": "Input.ChoiceSet",
            "id": field,
            "style": "compact",
            "label": plainly(shorten(block.label, 500)),
            "placeholder": plainly(shorten(block.label, 500)),
            "choices": choices,
            **chosen,
        }
        yield _field(drawn, saying(self._message.marks.pick, filled_in("", field), self._place))

    def _input(self, block: Input) -> Element:
        field = self._field_id()
        drawn: Element = {
            "type": "Input.Text",
            "id": field,
            "label": plainly(shorten(block.label, 500)),
            "placeholder": plainly(shorten(block.hint or block.label, 500)),
            "maxLength": max(1, MAX_TEXT - len(block.command) - 1),
        }
        return _field(drawn, saying(block.button, filled_in(block.command, field), self._place))

    def _field_id(self) -> str:
        return f"field-{next(self._fields)}"


def _text(spans: Spans, *, quiet: bool = False, mark: str = "") -> Iterator[Element]:
    element = text_element(cut(spans), quiet=quiet, mark=mark)
    if element:
        yield {**element, "spacing": "Small"} if mark else element


def _bullets(block: Bullets) -> Iterator[Element]:
    for number, item in enumerate(block.items, 1):
        yield from _text(item, mark=f"{number}." if block.numbered else "•")


def _facts(block: Facts) -> Iterator[Element]:
    facts = [
        {"title": escape(shorten(name, 500)), "value": markdown(cut(value, 2000)) or "–"} for name, value in block.pairs
    ]
    for first in range(0, len(facts), 8):
        yield {"type": "FactSet", "facts": facts[first : first + 8]}


def _progress(block: Progress) -> Spans:
    bar = f"{block.bar}  " * bool(block.bar)
    return (Bold(f"{shorten(block.label, 500)}  "), Text(f"{bar}{block.figures}"))


def _table(block: Table) -> Iterator[Element]:
    """A table, and for clients that know none, each row as a line; one too large or too wide is lines alone."""
    width = max([len(block.headings), *map(len, block.rows)])
    lines = [line for row in block.rows for line in _text(_row_as_line(block.headings, row))]
    if not width or not lines:
        return
    rows = [_row([(Bold(name),) for name in block.headings], width), *(_row(list(row), width) for row in block.rows)]
    table: Element = {
        "type": "Table",
        "columns": [{"width": 2}, *[{"width": 1}] * (width - 1)],
        "rows": rows,
        "firstRowAsHeader": True,
        "showGridLines": False,
        "fallback": {"type": "Container", "items": lines},
    }
    if width > COLUMNS or cost(table) > LIMIT // 2:
        yield from lines
    else:
        yield table


def _row(cells: list[Spans], width: int) -> Element:
    padded = [*cells, *([()] * (width - len(cells)))]
    return {
        "type": "TableRow",
        "cells": [{"type": "TableCell", "items": list(_text(cut(spans, 1000)))} for spans in padded],
    }


def _row_as_line(headings: tuple[str, ...], row: tuple[Spans, ...]) -> Spans:
    line: Spans = ()
    for place, cell in enumerate(row):
        if not plain_spans(cell).strip():
            continue
        name = headings[place] if place < len(headings) else ""
        before = "; " if line else ""
        line += (Text(f"{before}{name}: " if name else before), *cut(cell, 1000))
    return line


def _question(one: Button, place: Place) -> Element:
    """A label of any length that can be pressed."""
    words = {"type": "TextBlock", "text": escape(shorten(one.label, 500)), "wrap": True, "color": "Accent"}
    return {
        "type": "Container",
        "style": "emphasis",
        "spacing": "Small",
        "selectAction": button(one, place),
        "items": [words],
    }


def _action_sets(buttons: Sequence[tuple[Button, Element]]) -> Iterator[Element]:
    for number, actions in enumerate(_rows(buttons)):
        yield {"type": "ActionSet", "actions": actions, **({"spacing": "Small"} if number else {})}


def _rows(buttons: Sequence[tuple[Button, Element]]) -> list[list[Element]]:
    rows: list[list[Element]] = []
    room = bytes_left = 0
    for one, action in buttons:
        width, size = len(one.label) + AROUND_A_LABEL, cost(action)
        if not rows or width > room or size > bytes_left or len(rows[-1]) == ROW_OF_BUTTONS:
            rows.append([])
            room, bytes_left = ROW_OF_LETTERS, ROW_COST
        rows[-1].append(action)
        room, bytes_left = room - width, bytes_left - size
    return rows


def _field(field: Element, submit: Element) -> Element:
    """A field and its button side by side. They stay together, whatever is left out around them."""
    actions = {"type": "ActionSet", "actions": [submit]}
    return {
        "type": "ColumnSet",
        "columns": [
            {"type": "Column", "width": "stretch", "items": [field]},
            {"type": "Column", "width": "auto", "items": [actions], "verticalContentAlignment": "Bottom"},
        ],
    }
