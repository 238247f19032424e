"""What somebody filled into a modal → the command line it submits, and where its result is to be shown. Read by
`adapters.slack.forms`; `adapters.slack.views` writes the ids and the metadata.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from slack_bolt.request.internals import extract_enterprise_id, extract_team_id

from adapters.slack.pressed import from_value
from bot.form import Field, Filled, Form, line_of

_BLOCK = re.compile(r"v:(?P<number>\d{1,3}):(?P<name>[^:]*):(?P<before>[^:]*):(?P<after>[^:]*)")

_OF_A_VIEW = ("type", "callback_id", "title", "submit", "close", "private_metadata")


@dataclass(frozen=True, slots=True)
class View:
    """A view that is open somewhere, as an interaction tells of it."""

    id: str
    kind: str
    """modal or home."""
    line: str = ""
    """The command line it submits, without what is filled in."""
    origin: str = ""
    """The response URL of the message it came from; empty where there is none."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal that was submitted."""

    view: View
    line: str
    blocks: Mapping[str, str]
    """The name of each field, and the id of its block."""

    def misfits(self, form: Form | None) -> dict[str, str]:
        """What the answer says does not fit, by the block that Slack shows it in."""
        fields: tuple[Field, ...] = form.fields if form else ()
        return {self.blocks[each.name]: each.misfit for each in fields if each.misfit and each.name in self.blocks}


def view_of(body: Mapping[str, Any]) -> View | None:
    """The view in which something was pressed or submitted; None for a message."""
    match body.get("view"):
        case {"id": str(view_id), "type": ("modal" | "home") as kind, **rest}:
            return View(view_id, kind, *_metadata(rest.get("private_metadata")))
        case _:
            return None


def submission(body: Mapping[str, Any]) -> Submission | None:
    """What was submitted; None for what is no form of ours."""
    view = view_of(body)
    if view is None or not view.line:
        return None
    given = sorted(_given(body["view"].get("state")), key=lambda one: int(one[0]["number"]))
    filled = [Filled(unquote(block["before"]), value, unquote(block["after"])) for block, value in given]
    return Submission(view, line_of(view.line, filled), {unquote(block["name"]): block[0] for block, _ in given})


def tenant_of(body: Mapping[str, Any]) -> str:
    """The workspace in which something was submitted, or the organization where it was in none; as Bolt tells it to the
    listeners, who answered for that one."""
    return extract_team_id(dict(body)) or extract_enterprise_id(dict(body)) or ""


def late_view(view: Mapping[str, Any], answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a window shall show whose answer came after its acknowledgement: the result, or the form once more, with
    what does not fit below its fields. None where there is nothing to show.
    """
    match answer:
        case {"response_action": "update", "view": dict(shown)}:
            return shown
        case {"response_action": "errors", "errors": dict(errors)}:
            again = {key: view[key] for key in _OF_A_VIEW if view.get(key)}
            return {**again, "blocks": [_with_hint(block, errors) for block in view.get("blocks") or ()]}
        case _:
            return None


def _with_hint(block: dict[str, Any], errors: Mapping[str, str]) -> dict[str, Any]:
    error = errors.get(block.get("block_id", ""))
    return {**block, "hint": {"type": "plain_text", "text": error, "emoji": False}} if error else block


def _metadata(said: Any) -> tuple[str, str]:
    try:
        told = json.loads(said) if isinstance(said, str) and said else {}
    except ValueError:
        return "", ""
    match told:
        case {"line": str(line), "origin": str(origin)}:
            return from_value(line), origin
        case _:
            return "", ""


def _given(state: Any) -> Iterator[tuple[re.Match[str], str]]:
    values = state.get("values") if isinstance(state, dict) else None
    for block_id, fields in values.items() if isinstance(values, dict) else ():
        block = _BLOCK.fullmatch(block_id) if isinstance(block_id, str) else None
        if block and isinstance(fields, dict):
            yield block, next((_value(field) for field in fields.values()), "")


def _value(field: Any) -> str:
    match field:
        case {"selected_option": {"value": str(value)}}:
            return from_value(value)
        case {"selected_date": str(value)} | {"selected_time": str(value)} | {"value": str(value)}:
            return value
        case _:
            return ""
