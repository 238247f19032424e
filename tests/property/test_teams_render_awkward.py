"""Whatever a message holds, Teams takes its card: valid, small enough, with nothing pressed that was not meant and
nothing lost unsaid.
"""

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from markdown_it import MarkdownIt

from adapters.teams.actions import Place
from adapters.teams.fitting import LIMIT, MOST_CARDS
from adapters.teams.render import cards, render, summary
from adapters.teams.submitted import command_line
from adapters.teams.texts import escape, markdown, text_element
from bot.marks import Marks
from bot.message import Buttons, Choice, Input, Message, Spans, plain_spans
from bot.words import clean
from tests.property.messages import CUT, blocks, labels, lines, messages, words

TYPED = "my words"
GOLDEN = Path(__file__).parents[1] / "golden" / "files"
_UNSEEN = re.compile("[\\s\u200b]")

mixed = st.builds(Message, words, st.lists(blocks, min_size=3, max_size=9).map(tuple), marks=st.just(Marks(CUT)))
"""Many kinds of block side by side, where `messages` has few kinds many times over."""
awkward = settings(max_examples=40, deadline=None)


@pytest.fixture(scope="module")
def card_schema() -> Draft7Validator:
    folder = os.environ.get("SCHEMAS_DIR")
    if not folder:
        pytest.skip("SCHEMAS_DIR names no folder of official schemas")
    schema = json.loads((Path(folder) / "adaptive-cards" / "adaptive-card-1.5.0.json").read_text())
    return Draft7Validator(schema)


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(message=mixed)
def test_a_card_is_valid_by_the_official_schema(card_schema: Draft7Validator, message: Message) -> None:
    assert [card for card in cards(message) if not card_schema.is_valid(card)] == []


def test_every_shipped_message_is_valid_by_the_official_schema(card_schema: Draft7Validator) -> None:
    shown = {path: json.loads(path.read_text()) for path in GOLDEN.rglob("*-teams*.json")}
    assert len(shown) >= 100
    assert [str(path) for path, one in shown.items() if not card_schema.is_valid(one.get("card", one))] == []


def test_the_schema_refuses_what_is_no_card(card_schema: Draft7Validator) -> None:
    card = render(Message("A title"))
    assert card_schema.is_valid(card)
    assert not card_schema.is_valid({**card, "body": [{"type": "TextBlock", "text": "x", "bogus": 1}]})


def a_card_is_under_28_kilobytes_however_it_is_written(message: Message) -> None:
    several = cards(message)
    assert 1 <= len(several) <= MOST_CARDS
    for card in (render(message), *several):
        assert len(json.dumps(card)) <= LIMIT < 28 * 1024
        assert len(json.dumps(card, ensure_ascii=False).encode()) <= LIMIT
    said = summary(message)
    assert said.endswith("…") or _bare(said) == _bare(message.discreet or message.title)
    assert len(json.dumps(said)) <= 1000
    assert "<at>" not in said


def every_field_has_an_id_of_its_own_and_a_name(message: Message) -> None:
    fields = [each for each in _every(render(message)) if each.get("type", "").startswith("Input.")]
    assert len({field["id"] for field in fields}) == len(fields)
    assert all(isinstance(field["label"], str) for field in fields)


def what_is_pressed_is_what_was_meant(message: Message) -> None:
    meant = [line for block in message.blocks for line in _meant(block)]
    for several in ([render(message)], cards(message)):
        pressed = [_pressed(each, card) for card in several for each in _every(card) if _acts(each)]
        if CUT in json.dumps(several):
            assert set(pressed) <= set(meant)
        else:
            assert pressed == meant


def an_older_client_sends_the_same_press(message: Message) -> None:
    for action in (each for card in cards(message) for each in _every(card) if each.get("type") == "Action.Execute"):
        if fallback := action.get("fallback"):
            assert fallback["type"] == "Action.Submit"
            assert (fallback["data"], fallback["title"]) == (action["data"], action["title"])
            assert fallback.get("style") == action.get("style")


def a_dialog_holds_nothing_that_dialogs_do_not_know(message: Message) -> None:
    acting = [each for each in _every(render(message, Place(is_dialog=True))) if _acts(each)]
    assert {each["type"] for each in acting} <= {"Action.Submit"}
    assert not any("msteams" in each["data"] for each in acting)


def nothing_is_lost_unsaid(message: Message) -> None:
    several = cards(message)
    written = json.dumps(several, ensure_ascii=False)
    if CUT in written or "…" in written:
        return
    seen = "".join(words for card in several for words in _seen(card))
    for block in message.blocks:
        for spans in _lines_of(block):
            assert _bare(plain_spans(spans)).replace("`", "") in seen.replace("`", "")


HOLDS: Sequence[Callable[[Message], None]] = (
    a_card_is_under_28_kilobytes_however_it_is_written,
    every_field_has_an_id_of_its_own_and_a_name,
    what_is_pressed_is_what_was_meant,
    an_older_client_sends_the_same_press,
    a_dialog_holds_nothing_that_dialogs_do_not_know,
    nothing_is_lost_unsaid,
)
"""Of any message. One test asks for all of them: to think up awkward messages costs more than to draw them."""


@settings(max_examples=100, deadline=None)
@given(messages | mixed)
def test_whatever_a_message_holds(message: Message) -> None:
    for holds in HOLDS:
        holds(message)


@awkward
@given(lines)
def test_markdown_shows_the_words_as_they_are(spans: Spans) -> None:
    shown, said = (_bare(words).replace("`", "") for words in (_read(markdown(spans)), plain_spans(spans)))
    assert shown == said


@awkward
@given(labels)
def test_escaped_words_have_no_markup(label: str) -> None:
    tokens = MarkdownIt("commonmark").parse(escape(clean(label)))
    kinds = {child.type for token in tokens for child in token.children or []} | {token.type for token in tokens}
    assert kinds <= {"paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak"}


@awkward
@given(lines)
def test_a_text_is_drawn_if_there_is_anything_to_read(spans: Spans) -> None:
    assert (text_element(spans) is not None) == bool(plain_spans(spans).strip())


def _every(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        yield from (each for key, inner in value.items() if key != "fallback" for each in _every(inner))
    elif isinstance(value, list):
        yield from (each for inner in value for each in _every(inner))


def _acts(element: dict[str, Any]) -> bool:
    return element.get("type") in ("Action.Execute", "Action.Submit")


def _pressed(action: dict[str, Any], card: dict[str, Any]) -> str:
    """What comes back when the action is pressed after each field was filled in with its last choice or some words."""
    fields = (each for each in _every(card) if each.get("type", "").startswith("Input."))
    filled = {field["id"]: field["choices"][-1]["value"] if "choices" in field else TYPED for field in fields}
    return command_line({**action["data"], **filled})


def _meant(block: object) -> Iterator[str]:
    match block:
        case Buttons():
            yield from (button.command.strip() for button in block.buttons)
        case Choice() if block.options:
            yield block.options[-1].command.strip()
        case Input():
            yield f"{block.command.strip()} {TYPED}".strip()
        case _:
            pass


def _lines_of(block: object) -> Iterator[Spans]:
    for name in ("spans", "items", "pairs", "rows"):
        match name, getattr(block, name, None):
            case "spans", tuple(spans):
                yield spans
            case "items", tuple(items):
                yield from items
            case "pairs", tuple(pairs):
                yield from (value for _, value in pairs)
            case "rows", tuple(rows):
                yield from (cell for row in rows for cell in row)


def _seen(card: dict[str, Any]) -> Iterator[str]:
    for element in _every(card):
        match element:
            case {"type": "TextBlock", "text": text}:
                yield _bare(_read(text))
            case {"type": "RichTextBlock", "inlines": inlines}:
                yield _bare("".join(run["text"] for run in inlines))
            case {"title": title, "value": value}:
                yield _bare(_read(title)) + _bare(_read(value))


def _read(source: str) -> str:
    """The words that a Markdown reader shows."""
    shown = []
    for token in MarkdownIt("commonmark", {"html": False}).parse(source):
        shown += [child.content or " " for child in token.children or []]
    return "".join(shown)


def _bare(words: str) -> str:
    return _UNSEEN.sub("", words)
