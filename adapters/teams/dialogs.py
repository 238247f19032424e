"""Forms → cards to fill in, and the answers that open, keep or end a dialog. Called by `adapters.teams.presses` and the
golden files.

A card to fill in carries the command line it submits, what stands around each field, and the id of the message it came
from, and nothing else; `adapters.teams.submitted` reads that back.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never

from adapters.teams.actions import STYLES, Place, submit
from adapters.teams.fitting import LIMIT, cost, shorten
from adapters.teams.render import blank_card, render
from adapters.teams.submitted import field_id, form_data
from adapters.teams.texts import Element, plainly, text_element
from bot.form import Field, Form
from bot.message import Code, Message, Text
from content.wording import Wording

CARD = "application/vnd.microsoft.card.adaptive"
MOST_OPTIONS = 100
TITLE = 60
"""Characters of a dialog's title bar."""
REMARK = 500
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NUMBER = re.compile(r"-?\d{1,15}")


@dataclass(frozen=True, slots=True)
class Frame:
    """The words around the fields of every form."""

    or_type: str
    """Stands before the command line that a form saves somebody."""
    choose: str
    """Stands in a list from which nothing is chosen yet."""
    required: str
    """Under a field that was left empty and may not be."""


def frame_of(say: Wording) -> Frame:
    return Frame(say("form.or-type"), say("form.choose"), say("form.required"))


def form_card(form: Form, frame: Frame, *, origin: str = "") -> Element | None:
    """The form as a card; None where a card has no room for it, and the typed way remains. `origin`: the id of the
    message that is to show the result.
    """
    fields = [element for number, field in enumerate(form.fields) for element in _field(number, field, frame)]
    typed = text_element((Text(f"{frame.or_type} "), Code(form.typed)), quiet=True)
    card = {
        **blank_card(form.title),
        "body": [*fields, *([typed] if typed else [])],
        "actions": [{**submit(form.button, form_data(form, origin)), "style": STYLES["primary"]}],
    }
    return card if fields and cost(card) <= LIMIT else None


def refilled(form: Form, values: Mapping[str, str]) -> Form:
    """The same form with what somebody has filled in already, so that nothing typed is lost."""
    fields = (replace(each, value=values.get(each.name, each.value)) for each in form.fields)
    return replace(form, fields=tuple(fields))


def opened(card: Element, title: str, fields: int) -> dict[str, Any]:
    """The answer that opens a dialog, or puts another card into the open one."""
    height = "small" if fields <= 1 else "medium" if fields <= 3 else "large"
    value = {"title": plainly(shorten(title, TITLE)), "height": height, "width": "medium", "card": attachment(card)}
    return {"task": {"type": "continue", "value": value}}


def opened_with(message: Message) -> dict[str, Any]:
    """The same with a reply in place of a form."""
    return opened(render(replace(message, form=None), Place(is_dialog=True)), message.title, 2)


def ended_with(words: str) -> dict[str, Any]:
    """The answer that ends a dialog with a sentence."""
    return {"task": {"type": "message", "value": words}}


def attachment(card: Element) -> dict[str, Any]:
    return {"contentType": CARD, "content": card}


def _field(number: int, field: Field, frame: Frame) -> Iterator[Element]:
    yield {
        "id": field_id(number),
        "label": plainly(shorten(field.label, REMARK)) or "…",
        **_kind(field, frame),
        **({} if field.optional else {"isRequired": True, "errorMessage": frame.required}),
    }
    if misfit := text_element((Text(shorten(field.misfit, REMARK)),)):
        runs = [{**run, "color": "Attention", "weight": "Bolder"} for run in misfit["inlines"]]
        yield {**misfit, "inlines": runs, "spacing": "Small"}
    if hint := text_element((Text(shorten(field.hint, REMARK)),), quiet=True):
        yield {**hint, "spacing": "Small"}


def _kind(field: Field, frame: Frame) -> Element:
    match field.kind:
        case "choice" if _can_be_picked(field):
            return _choice(field, frame)
        case "line" | "choice":
            return _words(field)
        case "text":
            return {**_words(field), "isMultiline": True}
        case "date":
            return {"type": "Input.Date", **({"value": field.value} if _is_day(field.value) else {})}
        case "time":
            return {"type": "Input.Time", **({"value": field.value} if _TIME.fullmatch(field.value) else {})}
        case "number":
            return _number(field)
        case _:
            assert_never(field.kind)


def _can_be_picked(field: Field) -> bool:
    """Else it is typed: two options of one value could not be told apart."""
    values = [option.value for option in field.options]
    return 0 < len(values) <= MOST_OPTIONS and len(set(values)) == len(values) and all(values)


def _choice(field: Field, frame: Frame) -> Element:
    choices = [
        {"title": plainly(shorten(option.label or option.value, REMARK)), "value": option.value}
        for option in field.options
    ]
    chosen = {"value": field.value} if any(option.value == field.value for option in field.options) else {}
    return {
        "type": "Input.ChoiceSet",
        "style": "compact",
        "placeholder": plainly(frame.choose),
        "choices": choices,
        **chosen,
    }


def _words(field: Field) -> Element:
    longest = max(field.longest, 1)
    value = {"value": plainly(field.value[:longest])} if field.value else {}
    return {"type": "Input.Text", "maxLength": longest, **value}


def _number(field: Field) -> Element:
    limits = {"min": field.least, "max": field.most}
    if field.least is not None and field.most is not None and field.least > field.most:
        limits = {}
    value = {"value": int(field.value)} if _NUMBER.fullmatch(field.value) else {}
    return {"type": "Input.Number", **{name: most for name, most in limits.items() if most is not None}, **value}


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False
