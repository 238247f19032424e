"""The neutral message → Block Kit. Called by Slack's listeners and transport, by the playground and by the gallery.

Everything fits a phone: a table is rows of "heading: value", facts are fields that stack, a bar comes with its figures.
Words too long for one block flow into the next; a label that must be one line ends in an ellipsis.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, count, repeat
from typing import assert_never

from adapters.slack.fitting import (
    ACTIONS,
    BUTTON_LABEL,
    CONTEXT,
    FIELD,
    FIELDS,
    HEADER,
    IN_MESSAGE,
    INPUT,
    LABEL,
    OPTION_LABEL,
    OPTION_VALUE,
    OPTIONS,
    PLACEHOLDER,
    SECTION,
    Drawn,
    Room,
    clipped,
    in_batches,
    laid_out,
    within,
)
from adapters.slack.pressed import to_block_id, to_button_value, to_value
from adapters.slack.spans import literal, one_line, pieces, plain
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

NOTHING = "…"
"""Stands where Slack demands a word and the message has none."""


def render(message: Message, *, command: str = "mentor", opens: bool = True, room: Room = IN_MESSAGE) -> list[Drawn]:
    """The message's blocks, as many as there is room for. `command` is the slash command's word, put before every
    command line. `opens`: whether forms can be opened where it is shown; the message alone says all that they do.
    """
    drawing = _Drawing(command, opens=opens)
    drawn = [] if message.discreet is not None else list(_title(message.title))
    for block in (*message.blocks, *(opener(message.form) if opens else ())):
        drawn += drawing.draw(block)
    whole = drawn or [*_title(message.title)] or [_section(NOTHING)]
    return within(room, whole, *_context([literal(message.marks.cut)]))


def fallback(message: Message, *, unasked: bool = False) -> str:
    """What a notification and a screen reader say: the title, or the discreet one of what is sent unasked."""
    title = message.discreet if unasked and message.discreet else message.title
    return literal(clipped(one_line(title), LABEL)) or NOTHING


def _title(title: str) -> Iterator[Drawn]:
    heading = plain(title)
    if len(heading) > HEADER:
        yield from (_section(text) for text in laid_out(pieces((Bold(heading),)), SECTION))
    elif heading:
        yield {"type": "header", "text": plain_text(heading, HEADER)}


def opener(form: Form | None) -> tuple[Block, ...]:
    """The button that opens a form, under the words that ask for the same."""
    return (Buttons((Button(form.opens, form.command, opens=True),)),) if form else ()


class _Drawing:
    """One message being drawn: knows the command's word, and numbers what can be pressed."""

    def __init__(self, command: str, *, opens: bool) -> None:
        self._command = command
        self._opens = opens
        self._numbers = count()

    def draw(self, block: Block) -> list[Drawn]:  # noqa: PLR0911, C901 - one line a block
        match block:
            case Paragraph(spans, quiet):
                return _context(self._pieces(spans)) if quiet else _sections(self._pieces(spans))
            case Bullets():
                return _sections(self._bullets(block))
            case Facts():
                return list(self._facts(block))
            case Progress():
                return _sections(_progress(block))
            case Table():
                return _sections(self._table(block))
            case Buttons(buttons):
                return self._buttons(buttons)
            case Choice():
                return self._choice(block)
            case Input():
                return self._input(block)
            case Divider():
                return [{"type": "divider"}]
            case File(name, label):
                return _sections(pieces((Bold(label), Text(f"\n{name}"))))
            case _:
                assert_never(block)

    def _pieces(self, spans: Spans) -> list[str]:
        return pieces(spans, command=self._command)

    def _bullets(self, bullets: Bullets) -> Iterator[str]:
        for number, item in enumerate(bullets.items, start=1):
            yield f"{number}. " if bullets.numbered else "• "
            yield from self._pieces(item)
            yield "\n"

    def _facts(self, facts: Facts) -> Iterator[Drawn]:
        waiting: list[Drawn] = []
        for name, value in facts.pairs:
            texts = laid_out([*pieces((Bold(name),)), "\n", *self._pieces(value)], FIELD)
            waiting += [_mrkdwn(text) for text in texts]
        for fields in in_batches(waiting, FIELDS):
            yield {"type": "section", "fields": fields}

    def _table(self, table: Table) -> Iterator[str]:
        """A line for each row, of what its cells say; empty ones are left out."""
        rows = [_filled(table.headings, row) for row in table.rows]
        if not any(rows):
            yield from pieces((Bold(" · ".join(table.headings)),))
        for row in filter(None, rows):
            for column, (heading, cell) in enumerate(row):
                yield " · " if column else ""
                yield from pieces((Text(f"{heading}: "),)) if heading else ()
                yield from self._pieces(_bold(cell) if column == 0 else cell)
            yield "\n"

    def _buttons(self, buttons: Sequence[Button]) -> list[Drawn]:
        elements = [self._button(button) for button in buttons]
        return [{"type": "actions", "elements": batch} for batch in in_batches(elements, ACTIONS)]

    def _button(self, button: Button) -> Drawn:
        kind = "f" if button.opens and self._opens else "c"
        drawn = {
            "type": "button",
            "action_id": f"{kind}:{next(self._numbers)}",
            "text": plain_text(button.label or button.command, BUTTON_LABEL),
            "value": to_button_value(button.command),
        }
        return drawn if button.style == "plain" else {**drawn, "style": button.style}

    def _choice(self, choice: Choice) -> list[Drawn]:
        label = pieces((Bold(choice.label),))
        if any(len(to_value(option.command)) > OPTION_VALUE for option in choice.options):
            return [*_sections(label), *self._buttons(choice.options)]
        *before, last = laid_out(label, SECTION) or [NOTHING]
        drawn = [_section(text) for text in before]
        lists = [self._list(choice, options) for options in in_batches(choice.options, OPTIONS)]
        return drawn + ([{**_section(last), "accessory": one} for one in lists] or [_section(last)])

    def _list(self, choice: Choice, options: Sequence[Button]) -> Drawn:
        drawn = {option.command: _option(option) for option in options}
        listed = {
            "type": "static_select",
            "action_id": f"c:{next(self._numbers)}",
            "placeholder": plain_text(choice.label, PLACEHOLDER),
            "options": [_option(option) for option in options],
        }
        chosen = drawn.get(choice.chosen) if choice.chosen is not None else None
        return {**listed, "initial_option": chosen} if chosen else listed

    def _input(self, field: Input) -> list[Drawn]:
        number = next(self._numbers)
        block_id, answers_to_enter = to_block_id(number, field.command)
        block = {
            "type": "input",
            "block_id": block_id,
            "dispatch_action": answers_to_enter,
            "label": plain_text(field.label, LABEL),
            "element": {
                "type": "plain_text_input",
                "action_id": f"i:{number}",
                "max_length": INPUT,
                "dispatch_action_config": {"trigger_actions_on": ["on_enter_pressed"]},
            },
        }
        if hint := plain(field.hint):
            block["hint"] = plain_text(hint, LABEL)
        submit = {**self._button(Button(field.button, field.command)), "action_id": f"s:{number}"}
        return [block, {"type": "actions", "elements": [submit]}]


def _progress(progress: Progress) -> list[str]:
    return [*pieces((Bold(progress.label), Text(f"  {progress.figures}"))), f"\n{progress.bar}" * bool(progress.bar)]


def _filled(headings: tuple[str, ...], row: tuple[Spans, ...]) -> list[tuple[str, Spans]]:
    names = chain(headings, repeat(""))
    return [(name, cell) for name, cell in zip(names, row, strict=False) if plain_spans(cell).strip()]


def _bold(cell: Spans) -> Spans:
    return tuple(Bold(span.text) if isinstance(span, Text) else span for span in cell)


def _option(option: Button) -> Drawn:
    return {"text": plain_text(option.label or option.command, OPTION_LABEL), "value": to_value(option.command)}


def _sections(drawn: Iterator[str] | Sequence[str]) -> list[Drawn]:
    return [_section(text) for text in laid_out(drawn, SECTION)]


def _context(drawn: Sequence[str]) -> list[Drawn]:
    return [{"type": "context", "elements": [_mrkdwn(text)]} for text in laid_out(drawn, CONTEXT)]


def _section(text: str) -> Drawn:
    return {"type": "section", "text": _mrkdwn(text)}


def _mrkdwn(text: str) -> Drawn:
    """`verbatim`: Slack makes no links or mentions of its own out of the words."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def plain_text(words: str, limit: int) -> Drawn:
    return {"type": "plain_text", "text": clipped(plain(words), limit) or NOTHING, "emoji": False}
