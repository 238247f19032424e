"""Whatever a form holds, Teams takes its card, and what is filled in becomes the line it stands for."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, assume, given, settings
from jsonschema import Draft7Validator

from adapters.teams.dialogs import Frame, form_card, refilled
from adapters.teams.fitting import LIMIT
from adapters.teams.submitted import field_id, submission
from bot.form import Filled, Form, line_of
from tests.property.forms import forms

FRAME = Frame("Or type", "Choose one", "Please fill this in.")
awkward = settings(max_examples=40, deadline=None)
Json = dict[str, Any]


@pytest.fixture(scope="module")
def card_schema() -> Draft7Validator:
    folder = os.environ.get("SCHEMAS_DIR")
    if not folder:
        pytest.skip("SCHEMAS_DIR names no folder of official schemas")
    return Draft7Validator(json.loads((Path(folder) / "adaptive-cards/adaptive-card-1.5.0.json").read_text()))


@settings(max_examples=15, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(form=forms)
def test_a_form_is_valid_by_the_official_schema(card_schema: Draft7Validator, form: Form) -> None:
    card = form_card(form, FRAME)
    assume(card)
    assert card_schema.is_valid(card)


@awkward
@given(forms)
def test_a_form_is_small_enough_and_asks_for_each_field_once(form: Form) -> None:
    card = form_card(form, FRAME)
    if card is None:
        return
    assert len(json.dumps(card)) <= LIMIT
    inputs = _inputs(card)
    assert [each["id"] for each in inputs] == [field_id(number) for number in range(len(form.fields))]
    assert [not each.get("isRequired", False) for each in inputs] == [field.optional for field in form.fields]


@awkward
@given(forms)
def test_what_is_filled_in_is_the_line_somebody_would_type(form: Form) -> None:
    card = form_card(form, FRAME, origin="act-7")
    if card is None:
        return
    [save] = card["actions"]
    typed = {each["id"]: f"said {number}" for number, each in enumerate(_inputs(card))}
    given_back = submission(json.loads(json.dumps({**save["data"], **typed})))
    assert given_back is not None
    said = [Filled(field.before, f"said {number}", field.after) for number, field in enumerate(form.fields)]
    assert given_back.line == line_of(form.command, said)
    assert given_back.origin == "act-7"
    again = refilled(form, given_back.values)
    assert [field.value for field in again.fields] == [f"said {number}" for number in range(len(form.fields))]


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"command": "plan a"},
        {"command": 7, "fields": []},
        {"command": "plan a", "fields": "v-0"},
        {"fields": [["v-0", "day", "", ""]]},
    ],
)
def test_what_is_no_form_of_ours_is_none(value: Json) -> None:
    assert submission(value) is None


def test_what_is_misshapen_in_a_form_is_left_out() -> None:
    fields = [["v-0", "day", "", ""], ["v-1"], 7, ["v-2", "hours", "at", ""], ["v-3", "gone", ",", ""]]
    given_back = submission({"command": "ce log", "fields": fields, "origin": 7, "v-0": "2026-12-01", "v-2": 1.5})
    assert given_back is not None
    assert (given_back.line, given_back.origin) == ("ce log 2026-12-01 at 1.5", "")


def _inputs(card: Json) -> list[Json]:
    return [each for each in card["body"] if each["type"].startswith("Input.")]
