"""Whatever a message holds, Slack takes its drawing: within every limit, unable to ping, with nothing lost unsaid."""

import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from slack_sdk.models.blocks import Block as SlackBlock

from adapters.slack.pressed import command_line, from_value, to_button_value
from adapters.slack.render import fallback, render
from adapters.slack.spans import one_line
from bot.message import (
    Block,
    Bullets,
    Buttons,
    Choice,
    Facts,
    Input,
    Mention,
    Message,
    Paragraph,
    Progress,
    Spans,
    Table,
    plain_spans,
)
from tests.fakes.block_kit import every, faults
from tests.property.messages import CUT, messages

TYPED = "my words"
_SHAPES = str.maketrans("∗﹡＊ˍ⸏＿∼～ˋ｀∣", "***___~~``|")
_UNSEEN = re.compile("[\\s\u200b\u00ad\u2060*`_~|]")
_USER = re.compile(r"[UW][A-Z0-9]{1,20}")
_MENTION = re.compile(r"<@[UW][A-Z0-9]{1,20}>")
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"<(?:https?|mailto):[^<>|]*\|?([^<>|]*)>")

awkward = settings(max_examples=50, deadline=None)


@awkward
@given(messages)
def test_slack_takes_every_message(message: Message) -> None:
    drawn = render(message)
    assert faults(drawn) == []
    parsed = [block.to_dict() for block in SlackBlock.parse_all(drawn)]
    assert [block["type"] for block in parsed] == [block["type"] for block in drawn]
    assert fallback(message).strip()


@awkward
@given(messages)
def test_nothing_pings_but_a_mention_that_was_meant(message: Message) -> None:
    drawn = render(message)
    meant = {f"<@{user}>" for user in _mentioned(message)}
    everywhere = [text for key in ("text", "value", "block_id") for text in every(drawn, key) if isinstance(text, str)]
    for text in [*everywhere, fallback(message)]:
        assert not re.search("<[!#]", text)
        assert set(re.findall("<@[^>]*>?", text)) <= meant
    for text in [*_of_type(drawn, "mrkdwn"), fallback(message)]:
        bare = _LINK.sub("", _MENTION.sub("", text))
        assert not re.search("[<>]|&(?!amp;|lt;|gt;)", bare)
        assert not re.search(r"(?m)^\s*(&gt;|＞)", bare)
        assert bare.count("`") % 2 == 0
        assert _CODE.sub("", bare).count("*") % 2 == 0  # within code an asterisk is only itself


@awkward
@given(messages)
def test_no_words_are_lost_unsaid(message: Message) -> None:
    drawn = render(message)
    seen = _letters(" ".join(_seen(drawn)))
    if _letters(CUT) not in seen:
        lost = [said for block in message.blocks for said in _said(block) if _letters(said) not in seen]
        assert lost == []


@awkward
@given(messages)
def test_what_is_pressed_comes_back_as_its_command(message: Message) -> None:
    drawn = render(message)
    whole = CUT not in _of_type(drawn, "mrkdwn")
    got = list(_pressed(drawn))
    meant = [line for block in message.blocks for line in _commands(block, drawn)]
    assert got == meant[: len(got)]
    assert len(got) == len(meant) or not whole


def _mentioned(message: Message) -> Iterator[str]:
    for block in message.blocks:
        match block:
            case Paragraph(spans):
                lines: tuple[Spans, ...] = (spans,)
            case Bullets(items):
                lines = items
            case Facts(pairs):
                lines = tuple(value for _, value in pairs)
            case Table(_, rows):
                lines = tuple(cell for row in rows for cell in row)
            case _:
                lines = ()
        yield from (span.user for spans in lines for span in spans if isinstance(span, Mention))


def _of_type(drawn: Any, kind: str) -> list[str]:
    if isinstance(drawn, dict) and drawn.get("type") == kind:
        return [drawn["text"]]
    inner = drawn.values() if isinstance(drawn, dict) else drawn if isinstance(drawn, list) else ()
    return [text for thing in inner for text in _of_type(thing, kind)]


def _seen(drawn: Any) -> list[str]:
    shown = [_LINK.sub(r"\1", text) for text in _of_type(drawn, "mrkdwn")]
    entities = [text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") for text in shown]
    return [*entities, *_of_type(drawn, "plain_text")]


def _said(block: Block) -> Iterator[str]:
    """What a reader must find; labels of one line are left out: those end in an ellipsis when they are cut."""
    match block:
        case Paragraph(spans):
            yield from _each(spans)
        case Bullets(items):
            yield from (said for item in items for said in _each(item))
        case Facts(pairs):
            yield from (said for name, value in pairs for said in (name, *_each(value)))
        case Progress(label):
            yield from (label, block.figures)
        case Table(headings, rows):
            filled = {column for row in rows for column, cell in enumerate(row) if plain_spans(cell).strip()}
            yield from (name for column, name in enumerate(headings) if column in filled or not filled)
            yield from (said for row in rows for cell in row for said in _each(cell))
        case _:
            pass


def _each(spans: Spans) -> Iterator[str]:
    for span in spans:
        if not (isinstance(span, Mention) and _USER.fullmatch(span.user)):
            yield one_line(plain_spans((span,)))


def _letters(words: str) -> str:
    return _UNSEEN.sub("", words.translate(_SHAPES))


def _pressed(drawn: list[dict[str, Any]]) -> Iterator[str]:
    """Each thing pressed, picked or filled in once, in the order of the message."""
    fields = {block["block_id"]: block["element"]["action_id"] for block in drawn if block["type"] == "input"}
    state = {"values": {block_id: {field: {"value": TYPED}} for block_id, field in fields.items()}}
    for block in drawn:
        for element in [*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ())]:
            for option in element.get("options", ()):
                yield command_line({"type": element["type"], "selected_option": option}, state)
            if element["type"] == "button":
                yield command_line(element, state)
        if block.get("dispatch_action"):
            yield command_line({**block["element"], "block_id": block["block_id"], "value": TYPED}, state)


def _commands(block: Block, drawn: list[dict[str, Any]]) -> Iterator[str]:
    match block:
        case Buttons(buttons):
            yield from (_carried(button.command) for button in buttons)
        case Choice(_, options):
            yield from (_carried(option.command) for option in options)
        case Input(_, command):
            line = f"{_carried(command)} {TYPED}".strip()
            if len(to_button_value(command)) < 240:
                yield line
            yield line
        case _:
            pass


def _carried(command: str) -> str:
    """The command as far as a button carries it."""
    return from_value(to_button_value(command))


def test_only_a_very_long_command_is_cut() -> None:
    assert _carried("not it none 100% <sure> & R&D") == "not it none 100% <sure> & R&D"
    assert _carried("x" * 2000) == "x" * 2000
    long = "not it none " + "<" * 3000
    assert 650 < len(_carried(long)) < 680
    assert long.startswith(_carried(long))
