"""What an event or a command says → plain words, and which events are somebody speaking to us: for the listeners."""

import re
from datetime import datetime
from typing import Any

from bot.model.inbound import InboundEvent
from bot.words import MAX_TEXT, clean
from content.patient_data import looks_like_patient_data

SPEECH_EVENTS = ("app_mention", "message.im")
"""What the app subscribes to, to be spoken to."""

SPOKEN = (None, "file_share", "thread_broadcast")
"""Kinds of message in which a person speaks: plain words, a file, a reply shown in the channel."""
FILE_ALONE = {"file_alone": True}
"""What is kept of a file that came without words: nothing but that it did."""

_LINK = re.compile(r"<(?:(?:https?|mailto|tel):[^<>|]*\|([^<>]*)|((?:https?|mailto|tel):[^<>|]*))>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def as_typed(text: str) -> str:
    """The words as they stood in somebody's message box: Slack writes links and three characters in its own way."""
    words = _LINK.sub(lambda link: link[1] or link[2], text)
    for entity, character in _ENTITIES:
        words = words.replace(entity, character)
    return words


def heard(tenant: str, event_id: str, event: dict[str, Any], now: datetime) -> InboundEvent | None:
    """The event to keep: a direct message or a mention by a person. Bots, edits and other notices are None.

    The words are cut where the mentor stops reading; those that look like patient data are not taken over at all.
    """
    if not _is_somebody_speaking(event):
        return None
    words = clean(as_typed(event["text"]))[: MAX_TEXT + 1]
    withheld = looks_like_patient_data(words)
    alone = not words and event.get("subtype") == "file_share"
    return InboundEvent(
        platform="slack",
        event_id=event_id,
        tenant=tenant,
        user_id=event["user"],
        channel=event["channel"],
        thread=event.get("thread_ts") or "",
        is_public=event["type"] == "app_mention",
        words="" if withheld else words,
        withheld=withheld,
        details=FILE_ALONE if alone else {},
        received_at=now,
    )


def _is_somebody_speaking(event: dict[str, Any]) -> bool:
    if event.get("subtype") not in SPOKEN or any(event.get(key) for key in ("bot_id", "hidden")):
        return False
    if not all(isinstance(event.get(key), str) for key in ("user", "channel", "text")) or not event["user"]:
        return False
    return event["type"] == "app_mention" or (event["type"] == "message" and _is_direct(event))


def _is_direct(event: dict[str, Any]) -> bool:
    return bool(event.get("channel_type", "im" if event["channel"].startswith("D") else "") == "im")
