"""A command line ↔ what Slack carries for a button, an option or a field.

`adapters.slack.render` writes these; `adapters.slack.listeners` reads them back. Slack may turn `&`, `<` and `>` into
entities on the way, so they travel percent-encoded; all else is the command line as it stands. Action ids have a fixed
shape and name no code: `c:<n>` is a command, `f:<n>` one whose reply offers a form, `i:<n>` a field whose command
stands in its block's id, `s:<n>` the button that submits the field of the same number.
"""

import re
from collections.abc import Mapping
from typing import Any

from adapters.slack.fitting import BLOCK_ID, BUTTON_VALUE
from adapters.slack.spans import one_line

_TRAVELS_ENCODED = re.compile("[%<>&]")
_ENCODED = re.compile("%(20|25|26|3C|3E)")
_EMPTY = "%20"
"""Slack takes no empty value; a blank line means the same."""


def to_value(command: str) -> str:
    """A command line as the value of a button or option."""
    return _TRAVELS_ENCODED.sub(lambda found: f"%{ord(found[0]):02X}", one_line(command)) or _EMPTY


def to_button_value(command: str) -> str:
    """The same, cut to what a button carries: only a quoted question is ever that long, and it is cut at its end."""
    value = to_value(command)
    while len(value) > BUTTON_VALUE:
        command = command[: -(len(value) - BUTTON_VALUE) // 3]
        value = to_value(command)
    return value


def from_value(value: str) -> str:
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), value)


def to_block_id(number: int, command: str) -> tuple[str, bool]:
    """The id of a field's block, and whether the command fits in it: a longer one travels with the field's button."""
    with_command = f"i:{number}:{to_value(command)}"
    fits = len(with_command) <= BLOCK_ID
    return (with_command if fits else f"i:{number}"), fits


def command_line(action: Mapping[str, Any], state: Mapping[str, Any]) -> str:
    """The line that somebody typed for the reader: of a pressed button, a picked option, or a field that was filled in.

    `action` and `state` are those of a block_actions payload whose shape `adapters.slack.shape` has approved.
    """
    match action:
        case {"type": "plain_text_input", "block_id": str(block_id)}:
            _, _, command = block_id.removeprefix("i:").partition(":")
            return _with(from_value(command), action.get("value"))
        case {"selected_option": {"value": str(value)}}:
            return from_value(value)
        case {"action_id": str(action_id), "value": str(value)} if action_id.startswith("s:"):
            return _with(from_value(value), _typed(state, action_id.removeprefix("s:")))
        case {"value": str(value)}:
            return from_value(value)
        case _:
            return ""


def _typed(state: Mapping[str, Any], number: str) -> Any:
    values: Mapping[str, Any] = state.get("values") or {}
    for block_id, fields in values.items():
        if f"{block_id}:".startswith(f"i:{number}:"):
            return fields.get(f"i:{number}", {}).get("value")
    return None


def _with(command: str, words: Any) -> str:
    return f"{command} {words}".strip() if isinstance(words, str) else command
