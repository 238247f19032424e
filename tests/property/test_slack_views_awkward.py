"""Whatever a form, a reply or a Home holds, Slack takes its view, and what is filled in comes back as the line that
somebody would have typed.
"""

import json
import re
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.submitted import submission
from adapters.slack.views import Frame, form_view, home_view, reply_view
from bot.form import Filled, Form, line_of
from bot.message import Button, Buttons, Input, Message
from tests.fakes.block_kit import Json, every
from tests.fakes.slack_views import filled_in
from tests.fakes.view_kit import view_faults
from tests.property.forms import forms
from tests.property.messages import messages, words

FRAME = Frame("Career mentor", "Close", "Or type", "Choose")
ORIGIN = "https://hooks.slack.com/actions/T0SAMPLE1/1234567890123/abcdefghijklmnopqrstuvwx"
TYPED = "my words"

awkward = settings(max_examples=40, deadline=None)
origins = st.sampled_from(("", ORIGIN, ORIGIN * 40))


@awkward
@given(forms, origins)
def test_slack_takes_every_form_or_is_shown_none(form: Form, origin: str) -> None:
    view = form_view(form, FRAME, origin=origin)
    if view is None:
        assert not form.fields or len(form.fields) > 30 or _is_long(form)
        return
    assert view_faults(view) == []
    assert _pings(view) == []


def _is_long(form: Form) -> bool:
    """Long in one of the places that Slack gives least room, or with hundreds of options."""
    if sum(len(field.options) for field in form.fields) > 180:
        return True
    words = [form.command, *(f"{field.name}{field.before}" for field in form.fields)]
    return max(len(quote(word)) for word in words) > 200


@awkward
@given(messages, origins)
def test_slack_takes_every_reply_as_a_window(message: Message, origin: str) -> None:
    view = reply_view(message, FRAME, origin=origin)
    assert view_faults(view) == []
    asked = [block for block in message.blocks if isinstance(block, Input)]
    assert len([block for block in view["blocks"] if block["type"] == "input"]) <= min(len(asked), 1)


@awkward
@given(messages, st.none() | messages, forms)
def test_slack_takes_every_home(home: Message, reply: Message | None, form: Form) -> None:
    view = home_view(home, reply=reply and Message(reply.title, reply.blocks, form=form))
    assert view_faults(view) == []


@awkward
@given(forms)
def test_what_is_filled_in_comes_back_as_a_line(form: Form) -> None:
    view = form_view(form, FRAME, origin=ORIGIN)
    if view is None:
        return
    elements = [block["element"] for block in view["blocks"] if block["type"] == "input"]
    values = [_some_value(element) for element in elements]
    blocks = (block for block in view["blocks"] if block["type"] == "input")
    names = [block["block_id"].split(":")[2] for block in blocks]
    state = {"values": filled_in(view, dict(zip(names, values, strict=True)))}
    given_back = submission({"view": {**view, "id": "V1", "state": state}})
    if not form.command.strip():
        assert given_back is None
        return
    assert given_back is not None
    meant = [
        Filled(field.before, _meant(element, value), field.after)
        for field, element, value in zip(form.fields, elements, values, strict=True)
    ]
    assert given_back.line == line_of(" ".join(form.command.split()), meant)
    assert given_back.view.origin in ("", ORIGIN)
    misfits = given_back.misfits(form)
    assert len(misfits) == len([field for field in form.fields if field.misfit])
    assert misfits.keys() <= {block["block_id"] for block in view["blocks"] if "block_id" in block}


def _some_value(element: Json) -> str:
    match element["type"]:
        case "static_select":
            return str(element["options"][-1]["value"])
        case "datepicker":
            return "2026-12-03"
        case "timepicker":
            return "12:30"
        case "number_input":
            return "7"
        case _:
            return TYPED


def _meant(element: Json, value: str) -> str:
    """An option's value travels with three signs in its own way."""
    if element["type"] != "static_select":
        return value
    return re.sub("%(20|25|26|3C|3E)", lambda found: chr(int(found[1], 16)), value)


@given(words)
def test_only_one_line_can_be_filled_into_a_window(label: str) -> None:
    asked = (Input(label, "result one", button="Save"), Input(label, "result two"), Buttons((Button("Next", "next"),)))
    view = reply_view(Message("Done", asked), FRAME)
    assert view_faults(view) == []
    assert json.loads(view["private_metadata"])["line"] == "result one"
    assert "`/mentor result two …`" in " ".join(_texts(view))


def _texts(view: Json) -> list[str]:
    return [text for text in every(view, "text") if isinstance(text, str)]


def _pings(view: Json) -> list[str]:
    return [text for text in [*_texts(view), view["private_metadata"]] if re.search("<[!#@]", text)]
