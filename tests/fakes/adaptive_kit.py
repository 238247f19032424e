"""What Teams refuses of an activity, and what our own ceilings forbid."""

import json
from collections.abc import Iterator
from typing import Any

from tests.fakes.teams_files import file_card_faults

CEILING = 28 * 1024
"""Bytes of one activity: the lowest of the numbers that Teams' pages name."""
CARD = "application/vnd.microsoft.card.adaptive"
VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5")

Json = dict[str, Any]


def refused_for(activity: Json) -> str:
    """Why; empty where Teams takes it."""
    if len(json.dumps(activity, ensure_ascii=False).encode()) > CEILING:
        return "too large"
    if activity.get("type") not in ("message", "typing"):
        return "no known type"
    if activity["type"] == "message" and not activity.get("text") and not activity.get("attachments"):
        return "nothing to show"
    return next((why for each in activity.get("attachments", ()) if (why := _card(each))), "")


def _card(attachment: Json) -> str:
    if attachment.get("contentType") != CARD:
        return file_card_faults(attachment)
    card = attachment.get("content")
    if not isinstance(card, dict) or card.get("type") != "AdaptiveCard" or card.get("version") not in VERSIONS:
        return "a card that Teams does not draw"
    ids = [each["id"] for each in every(card) if str(each.get("type", "")).startswith("Input.")]
    return "two inputs of one name" if len(ids) != len(set(ids)) else ""


def every(card: Any) -> Iterator[Json]:
    """Every element of a card, however deep."""
    if isinstance(card, dict):
        if "type" in card:
            yield card
        for each in card.values():
            yield from every(each)
    elif isinstance(card, list):
        for each in card:
            yield from every(each)


def words(card: Any) -> str:
    """All that can be read on it."""
    shown = ("text", "title", "value", "label", "placeholder")
    return " ".join(str(each[name]) for each in every(card) for name in shown if isinstance(each.get(name), str))
