"""The body of a request from Slack → a mapping whose parts have the shapes the rest relies on. Used by the gate.

Bolt's own reading is not used: it stumbles over shapes that only a broken or hostile sender makes, and it takes a
slash command whose text holds the word "payload" for an interaction without one.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, TypeGuard
from urllib.parse import parse_qsl

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
MOST_FIELDS = 100

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_TEXTS = ("command", "text", "response_url", "type", "challenge", "trigger_id")
_IDS = ("team_id", "enterprise_id", "user_id", "channel_id", "event_id", "thread_ts")
_PARTIES = ("team", "enterprise", "user", "channel")


def read(content_type: str, raw: str) -> dict[str, Any] | None:
    """The payload of a command, an interaction or an event; None for anything else."""
    try:
        if content_type == JSON:
            body = json.loads(raw)
        elif content_type == FORM:
            fields = dict(parse_qsl(raw, keep_blank_values=True, max_num_fields=MOST_FIELDS))
            body = json.loads(fields["payload"]) if "payload" in fields and "command" not in fields else fields
        else:
            return None
    except (ValueError, RecursionError):
        return None
    return body if is_sound(body) else None


def is_ssl_check(content_type: str, raw: str) -> bool:
    """Slack's look at our certificate, which is not signed and tells nothing."""
    return content_type == FORM and len(raw) < 1000 and dict(parse_qsl(raw)).get("ssl_check") == "1"


def placed(body: dict[str, Any]) -> dict[str, Any]:
    """An event, with its workspace where Bolt looks for it. To an app that an organization installed, Slack tells it
    beside the authorization alone; without it, whoever writes would be somebody else than who types a command."""
    given: list[dict[str, Any]] = body.get("authorizations") or [{}]
    first, *others = given
    is_elsewhere = first.get("enterprise_id") != body.get("enterprise_id")
    if not first or first.get("team_id") or not body.get("team_id") or is_elsewhere:
        return body
    return {**body, "authorizations": [{**first, "team_id": body["team_id"]}, *others]}


def is_sound(body: Any) -> TypeGuard[dict[str, Any]]:
    """Whether the parts of a payload that we look at have the shapes that the rest relies on."""
    match body:
        case {"command": _}:
            return _is_well_formed(body) and _has(body, "team_id", "user_id")
        case {"type": "url_verification"}:
            return _is_well_formed(body) and _has(body, "challenge")
        case {"type": "event_callback"}:
            return _is_well_formed(body) and _is_event(body)
        case {"type": "block_actions" | "view_submission" as kind}:
            is_whole = _is_pressed if kind == "block_actions" else _is_submitted
            return _is_well_formed(body) and _is_by_somebody(body) and is_whole(body)
        case {"type": str()}:
            return _is_well_formed(body)
        case _:
            return False


def _is_event(body: Mapping[str, Any]) -> bool:
    event = body.get("event")
    return (
        isinstance(event, dict)
        and isinstance(event.get("type"), str)
        and _is_well_formed(event)
        and _has(body, "event_id")
        and (_names(body.get("team_id")) or _names(body.get("enterprise_id")))
    )


def _is_pressed(body: Mapping[str, Any]) -> bool:
    actions = body.get("actions")
    return (
        isinstance(actions, list)
        and bool(actions)
        and all(isinstance(action, dict) and isinstance(action.get("action_id"), str) for action in actions)
        and _is_state(body.get("state") or {})
        and (body.get("view") is None or _is_view(body["view"]))
    )


def _is_submitted(body: Mapping[str, Any]) -> bool:
    return _is_view(body.get("view"))


def _is_by_somebody(body: Mapping[str, Any]) -> bool:
    return (
        isinstance(body.get("user"), dict)
        and _has(body["user"], "id")
        and (_names(body.get("team")) or _names(body.get("enterprise")))
    )


def _is_view(view: Any) -> bool:
    texts = ("id", "type", "callback_id", "private_metadata")
    return (
        isinstance(view, dict)
        and all(isinstance(view.get(key) or "", str) for key in texts)
        and is_id(view.get("id"))
        and is_id(view.get("app_installed_team_id"))
        and isinstance(view.get("callback_id"), str)
        and _is_state(view.get("state") or {})
    )


def _is_state(state: Any) -> bool:
    values = state.get("values") or {} if isinstance(state, dict) else None
    return isinstance(values, dict) and all(
        isinstance(fields, dict) and all(isinstance(field, dict) for field in fields.values())
        for fields in values.values()
    )


def _is_well_formed(body: Mapping[str, Any]) -> bool:
    """Every part that we look at has its shape, or is absent."""
    return (
        all(isinstance(body.get(key) or "", str) for key in _TEXTS)
        and all(is_id(body.get(key)) for key in _IDS)
        and all(_is_party(body.get(key)) for key in _PARTIES)
        and _are_authorizations(body.get("authorizations"))
    )


def is_id(value: Any) -> bool:
    """Whether it is fit to be one of Slack's names for things, or absent."""
    return value is None or value == "" or (isinstance(value, str) and bool(_ID.fullmatch(value)))


def _names(party: Any) -> bool:
    return bool(party.get("id") if isinstance(party, dict) else party)


def _is_party(party: Any) -> bool:
    return is_id(party.get("id")) if isinstance(party, dict) else is_id(party)


def _are_authorizations(given: Any) -> bool:
    return given is None or (
        isinstance(given, list)
        and all(isinstance(one, dict) and is_id(one.get("team_id")) and is_id(one.get("user_id")) for one in given)
    )


def _has(body: Mapping[str, Any], *keys: str) -> bool:
    return all(body.get(key) for key in keys)
