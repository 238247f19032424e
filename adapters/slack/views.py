"""Forms and messages → Slack's views: a modal to fill in, a modal that shows a reply, the Home tab. Called by
`adapters.slack.forms`, `adapters.slack.home`, the golden files and the gallery.

A modal carries in its `private_metadata` the command line it submits and the response URL of the message it came from,
and nothing else. A field's block id is `v:<n>:<name>:<before>:<after>`; `adapters.slack.submitted` reads it back.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, assert_never
from urllib.parse import quote

from slack_sdk.models.blocks import (
    Block,
    DatePickerElement,
    InputBlock,
    InputInteractiveElement,
    NumberInputElement,
    PlainTextInputElement,
    StaticSelectElement,
    TimePickerElement,
)
from slack_sdk.models.views import View

from adapters.slack.fitting import (
    BLOCK_ID,
    IN_VIEW,
    INPUT,
    LABEL,
    METADATA,
    OPTION_LABEL,
    OPTION_VALUE,
    OPTIONS,
    PLACEHOLDER,
    VIEW_BYTES,
    VIEW_TITLE,
    Drawn,
)
from adapters.slack.pressed import to_value
from adapters.slack.render import opener, plain_text, render
from bot.form import Field, Form
from bot.message import Bold, Code, Divider, Input, Message, Paragraph, Text

MOST_FIELDS = 30
LONGEST_REMARK = 500
"""Characters of a field's label and hint: a screen of them is read by nobody."""
IN_REPLY = replace(IN_VIEW, blocks=IN_VIEW.blocks - 1)
"""Leaves a block for a field."""
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NUMBER = re.compile(r"-?\d{1,15}")
_FORM, _REPLY, _HOME = "form", "reply", "home"
"""Callback ids: what kind of view it is."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands round every modal."""

    title: str
    close: str
    """The word on the button that closes it."""
    or_type: str
    """Stands before the command line that a form saves somebody."""
    choose: str
    """Stands in a list from which nothing is chosen yet."""
    command: str = "mentor"
    """The slash command's word."""


def form_view(form: Form, frame: Frame, *, origin: str = "") -> Drawn | None:
    """The form as a modal; None where Slack has no room for it, and the typed way remains. `origin`: the response URL
    of the message that is to show the result.
    """
    blocks = [_block(number, field, frame) for number, field in enumerate(form.fields)]
    if not 0 < len(blocks) <= MOST_FIELDS or any(len(block.block_id or "") > BLOCK_ID for block in blocks):
        return None
    metadata = _metadata(form.command, origin)
    if metadata is None:
        return None
    typed = Paragraph((Text(f"{frame.or_type} "), Code(form.typed)), quiet=True)
    view = _modal(
        [*blocks, *_drawn((typed,), frame)],
        replace(frame, title=form.title),
        callback_id=_FORM,
        metadata=metadata,
        submit=form.button,
    )
    return view if len(json.dumps(view).encode()) < VIEW_BYTES else None


def reply_view(message: Message, frame: Frame, *, origin: str = "") -> Drawn:
    """A reply as a modal. Of the lines it asks for, the first can be filled in and submitted; the others are told as
    what to type, because a modal has one button to submit with.
    """
    asked = next((block for block in message.blocks if isinstance(block, Input)), None)
    metadata = _metadata(asked.command, origin) if asked else None
    asked = asked if metadata else None
    blocks = tuple(
        _in_words(block) if isinstance(block, Input) else block for block in message.blocks if block is not asked
    )
    drawn: list[Drawn | Block] = [*render(replace(message, blocks=blocks), command=frame.command, room=IN_REPLY)]
    if asked is None:
        return _modal(drawn, frame, callback_id=_REPLY, metadata=_metadata("", origin) or "")
    field = Field("words", asked.label, hint=asked.hint)
    submitted = [*drawn, _block(len(drawn), field, frame)]
    return _modal(submitted, frame, callback_id=_FORM, metadata=metadata, submit=asked.button)


def home_view(home: Message, *, reply: Message | None = None, command: str = "mentor") -> Drawn:
    """The Home tab: where the member is, and above it the reply to what they pressed there."""
    shown = home
    if reply is not None:
        below = (Divider(), Paragraph((Bold(home.title),)), *home.blocks)
        shown = replace(reply, blocks=(*reply.blocks, *opener(reply.form), *below), form=None)
    blocks = render(shown, command=command, room=IN_VIEW)
    return {**View(type="home", callback_id=_HOME, blocks=blocks).to_dict()}


def _modal(
    blocks: Sequence[Drawn | Block], frame: Frame, *, callback_id: str, metadata: str | None, submit: str = ""
) -> Drawn:
    view = View(
        type="modal",
        callback_id=callback_id,
        title=plain_text(frame.title, VIEW_TITLE),
        close=plain_text(frame.close, VIEW_TITLE),
        submit=plain_text(submit, VIEW_TITLE) if callback_id == _FORM else None,
        private_metadata=metadata,
        blocks=blocks,
    )
    return {**view.to_dict()}


def _metadata(line: str, origin: str) -> str | None:
    """None for a line that Slack cannot carry; an origin too long is left out."""
    written = to_value(line) if line else ""
    told = (json.dumps({"line": written, "origin": url}, ensure_ascii=False) for url in (origin, ""))
    return next((each for each in told if len(each) <= METADATA), None)


def _drawn(blocks: tuple[Paragraph, ...], frame: Frame) -> list[Drawn]:
    return render(Message("", blocks, discreet=""), command=frame.command)


def _in_words(asked: Input) -> Paragraph:
    return Paragraph((Text(f"{asked.label} "), Code(f"{asked.command} …")))


def _block(number: int, field: Field, frame: Frame) -> InputBlock:
    remark = " ".join(words for words in (field.misfit, field.hint) if words.strip())
    said = (field.name, field.before, field.after)
    return InputBlock(
        block_id=":".join(["v", str(number), *(quote(word, safe="") for word in said)]),
        label=plain_text(field.label, LONGEST_REMARK),
        hint=plain_text(remark, LONGEST_REMARK) if remark else None,
        optional=field.optional or None,
        element=_element(f"v:{number}", field, frame),
    )


def _element(action_id: str, field: Field, frame: Frame) -> InputInteractiveElement:
    match field.kind:
        case "choice" if _can_be_picked(field):
            return _select(action_id, field, frame)
        case "line" | "text" | "choice":
            return _words(action_id, field)
        case "date":
            return DatePickerElement(action_id=action_id, initial_date=field.value if _is_day(field.value) else None)
        case "time":
            return TimePickerElement(
                action_id=action_id, initial_time=field.value if _TIME.fullmatch(field.value) else None
            )
        case "number":
            return _number(action_id, field)
        case _:
            assert_never(field.kind)


def _can_be_picked(field: Field) -> bool:
    """Else it is typed: a list that Slack cannot show whole would hide what may be said."""
    values = [to_value(option.value) for option in field.options]
    return 0 < len(values) <= OPTIONS and len(set(values)) == len(values) and max(map(len, values)) <= OPTION_VALUE


def _select(action_id: str, field: Field, frame: Frame) -> StaticSelectElement:
    options: list[dict[str, Any]] = [
        {"text": plain_text(option.label or option.value, OPTION_LABEL), "value": to_value(option.value)}
        for option in field.options
    ]
    chosen = next((drawn for drawn in options if drawn["value"] == to_value(field.value)), None)
    placeholder = plain_text(frame.choose, PLACEHOLDER)
    return StaticSelectElement(
        action_id=action_id, placeholder=placeholder, options=options, initial_option=chosen if field.value else None
    )


def _words(action_id: str, field: Field) -> PlainTextInputElement:
    longest = min(max(field.longest, 1), INPUT)
    return PlainTextInputElement(
        action_id=action_id,
        multiline=True if field.kind == "text" else None,
        max_length=longest,
        initial_value=field.value[:longest] or None,
    )


def _number(action_id: str, field: Field) -> NumberInputElement:
    least, most = field.least, field.most
    if least is not None and most is not None and least > most:
        least = most = None
    value = int(field.value) if _NUMBER.fullmatch(field.value) else None
    fits = value is not None and (least is None or value >= least) and (most is None or value <= most)
    return NumberInputElement(
        action_id=action_id,
        is_decimal_allowed=False,
        initial_value=value if fits else None,
        min_value=least,
        max_value=most,
    )


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


assert LONGEST_REMARK <= LABEL
