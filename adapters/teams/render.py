"""The neutral message → an Adaptive Card, version 1.5, of elements that 1.2 clients draw too. Called by the Teams
transport, by the playground and by the gallery.
"""

from collections.abc import Iterator
from itertools import count
from typing import assert_never

from adapters.teams.fitting import LIMIT, cost, cut, fitted, shorten
from adapters.teams.submitted import filled_in, pressed
from adapters.teams.texts import Element, escape, heading, markdown, plainly, text_element
from bot.message import (
    Block,
    Bold,
    Bullets,
    Button,
    Buttons,
    Choice,
    Divider,
    Facts,
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
BAR = 10
"""Marks of a progress bar, at most."""
ROW_OF_BUTTONS, ROW_OF_LETTERS = 6, 50
"""What Teams shows side by side: more actions hide behind dots, and wider rows run out of the card."""
AROUND_A_LABEL = 4
"""Letters that a button's own edges take."""
LONG_LABEL = 30
"""With a longer label among them, buttons are a list of questions: one below the other."""
STYLES = {"plain": "default", "primary": "positive", "danger": "destructive"}


def render(message: Message) -> Element:
    """The card's JSON, under 28 KB whatever the message holds."""
    card: Element = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.5",
        "fallbackText": plainly(shorten(summary(message), 500)),
        "body": [],
    }
    return {**card, "body": fitted(_body(message), LIMIT - cost(card), message.marks.cut)}


def summary(message: Message) -> str:
    """What a notification says: the discreet title where there is one."""
    return message.discreet or message.title


def _body(message: Message) -> Iterator[Element]:
    if message.discreet is None and message.title.strip():
        yield heading(shorten(message.title, 1000))
    fields = count(1)
    divided = False
    for block in message.blocks:
        if isinstance(block, Divider):
            divided = True
            continue
        for element in _drawn(block, fields, message.marks.pick):
            yield {**element, "separator": True, "spacing": "Medium"} if divided else element
            divided = False


def _drawn(block: Block, fields: "count[int]", pick: str) -> Iterator[Element]:  # noqa: C901 - one case a block
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
            yield from _buttons(block.buttons)
        case Choice():
            yield from _choice(block, f"field-{next(fields)}", pick)
        case Input():
            yield _input(block, f"field-{next(fields)}")
        case Divider():
            pass
        case _:
            assert_never(block)


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
    numbers = Text(f"{block.done} / {block.total}")
    label = Bold(f"{shorten(block.label, 500)}  ")
    if block.total <= 0:
        return (label, numbers)
    marks = min(block.total, BAR)
    full = max(0, min(marks, block.done * marks // block.total))
    return (label, Text(f"{'■' * full}{'□' * (marks - full)}  "), numbers)


def _table(block: Table) -> Iterator[Element]:
    """A table, and for clients that know none, each row as a line; a table too large for both is lines alone."""
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
    if cost(table) > LIMIT // 2:
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


def _buttons(buttons: tuple[Button, ...]) -> Iterator[Element]:
    """As many side by side as a card is wide; questions one below the other."""
    for number, row in enumerate(_rows(buttons)):
        actions = [_action(button) for button in row]
        yield {"type": "ActionSet", "actions": actions, **({"spacing": "Small"} if number else {})}


def _rows(buttons: tuple[Button, ...]) -> list[list[Button]]:
    most = 1 if any(len(button.label) > LONG_LABEL for button in buttons) else ROW_OF_BUTTONS
    rows: list[list[Button]] = []
    room = 0
    for button in buttons:
        width = len(button.label) + AROUND_A_LABEL
        if not rows or width > room or len(rows[-1]) == most:
            rows.append([])
            room = ROW_OF_LETTERS
        rows[-1].append(button)
        room -= width
    return rows


def _action(button: Button) -> Element:
    action = _submit(button.label, pressed(button.command))
    return action if button.style == "plain" else {**action, "style": STYLES[button.style]}


def _submit(title: str, data: dict[str, str]) -> Element:
    return {"type": "Action.Submit", "title": plainly(shorten(title, 500)), "data": data}


def _choice(block: Choice, field: str, pick: str) -> Iterator[Element]:
    if not block.options:
        return
    commands = [option.command for option in block.options]
    chosen = {"value": block.chosen} if block.chosen in commands else {}
    choices = [{"title": plainly(shorten(option.label, 500)), "value": option.command} for option in block.options]
    yield _field(
        {
            "type": "Input.ChoiceSet",
            "id": field,
            "style": "compact",
            "label": plainly(shorten(block.label, 500)),
            "placeholder": plainly(shorten(block.label, 500)),
            "choices": choices,
            **chosen,
        },
        _submit(pick, filled_in("", field)),
    )


def _input(block: Input, field: str) -> Element:
    return _field(
        {
            "type": "Input.Text",
            "id": field,
            "label": plainly(shorten(block.label, 500)),
            "placeholder": plainly(shorten(block.hint or block.label, 500)),
            "maxLength": max(1, MAX_TEXT - len(block.command) - 1),
        },
        _submit(block.button, filled_in(block.command, field)),
    )


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
