"""What an Adaptive Card sends back when something on it is pressed → the command line it stands for.

`adapters.teams.render` writes this data; whatever receives a submitted card reads it back with `command_line`.
"""

from collections.abc import Mapping
from typing import Any


def pressed(command: str) -> dict[str, str]:
    """The data of a button."""
    return {"command": command}


def filled_in(command: str, field: str) -> dict[str, str]:
    """The data of a button beside a field: what the field holds follows the command after a space."""
    return {"command": command, "input": field}


def command_line(value: Mapping[str, Any]) -> str:
    """The line that somebody typed for the reader. Anything that is not ours reads as an empty line."""
    command, field = value.get("command"), value.get("input")
    words = value.get(field) if isinstance(field, str) else None
    parts = (part.strip() for part in (command, words) if isinstance(part, str))
    return " ".join(part for part in parts if part)
