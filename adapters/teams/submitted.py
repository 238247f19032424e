"""What an Adaptive Card sends back when something on it is pressed → the command line it stands for.

`adapters.teams.render` and `adapters.teams.dialogs` write this data; the listeners read it back.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.form import Filled, Form, line_of

FETCH = {"type": "task/fetch"}
"""Teams' own word to a client: open a dialog, and ask the bot what shall stand in it."""


def pressed(command: str) -> dict[str, Any]:
    """The data of a button."""
    return {"command": command}


def opening(command: str) -> dict[str, Any]:
    """The data of a button that opens a dialog."""
    return {"command": command, "msteams": FETCH}


def filled_in(command: str, field: str) -> dict[str, Any]:
    """The data of a button beside a field: what the field holds follows the command after a space."""
    return {"command": command, "input": field}


def form_data(form: Form, origin: str) -> dict[str, Any]:
    """The data of a dialog's submit: the line, what stands around each field, and the message it came from."""
    fields = [[field_id(number), each.name, each.before, each.after] for number, each in enumerate(form.fields)]
    return {"command": form.command, "fields": fields, "origin": origin}


def field_id(number: int) -> str:
    """The id of a dialog's field, counted from 0."""
    return f"v-{number}"


@dataclass(frozen=True, slots=True)
class Submission:
    """A dialog that was submitted."""

    line: str
    origin: str
    """The id of the message whose button opened it; empty where none is known."""
    values: Mapping[str, str]
    """What was filled in, by the names of the fields."""


def submission(value: Mapping[str, Any]) -> Submission | None:
    """A form that was filled in; None for a mere press, and for what is not ours."""
    command, fields, origin = value.get("command"), value.get("fields"), value.get("origin")
    if not isinstance(command, str) or not isinstance(fields, list):
        return None
    given = [(name, Filled(before, said, after)) for name, before, after, said in _given(value, fields)]
    line = line_of(command, (filled for _, filled in given))
    return Submission(line, origin if isinstance(origin, str) else "", {name: filled.value for name, filled in given})


def command_line(value: Mapping[str, Any]) -> str:
    """The line that somebody typed for the reader. Anything that is not ours reads as an empty line."""
    command, field = value.get("command"), value.get("input")
    words = value.get(field) if isinstance(field, str) else None
    parts = (part.strip() for part in (command, words) if isinstance(part, str))
    return " ".join(part for part in parts if part)


def _given(value: Mapping[str, Any], fields: list[Any]) -> Iterator[tuple[str, str, str, str]]:
    for field in fields:
        match field:
            case [str(key), str(name), str(before), str(after)]:
                said = value.get(key)
                yield name, before, after, _words(said)
            case _:
                pass


def _words(said: Any) -> str:
    """A number comes as words from some clients and as a number from others."""
    if isinstance(said, int | float) and not isinstance(said, bool):
        return f"{said:g}"
    return said if isinstance(said, str) else ""
