"""An activity's JSON → a `Turn`, and a turn → what is stored of it until it is worked. `adapters.teams.gate` has proved
who sends it; the shape is checked here, field by field, because a signature does not make it right.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any

from adapters.teams.turns import Json, Kind, Place, Reference, Turn, Who
from bot.model.inbound import SPEECH, InboundEvent
from bot.words import MAX_TEXT, clean
from content.patient_data import looks_like_patient_data

LONGEST_ID = 500
DEEPEST = 8
"""Levels of what a form says; ours have three."""
EVENT_KINDS = {Kind.MESSAGE: SPEECH, Kind.INSTALLED: "installed", Kind.REMOVED: "removed"}
_ADDED = ("add", "add-upgrade")
_REMOVED = ("remove", "remove-upgrade")
_TEAM_GONE = ("teamDeleted", "teamHardDeleted")
_PERSON = re.compile(r"<at[^>]*>(.*?)</at>", re.DOTALL)


class NotATurn(Exception):
    """The activity lacks what every activity of Teams has, or is of no use to us."""


def read_turn(activity: Json) -> Turn | None:
    """What happened; None for what nobody works (typing, reactions, edits). Raises NotATurn for what is malformed."""
    kind = _kind(activity)
    if kind is None:
        return None
    where, sender = _where(activity), _object(activity, "from")
    who = Who(
        tenant=where.tenant,
        user=_text(sender, "aadObjectId").lower() or _id(sender, "id"),
        teams_id=_id(sender, "id"),
        name=_text(sender, "name"),
    )
    text, value = _words(activity), activity.get("value")
    value = value if isinstance(value, dict) else {}
    withheld = looks_like_patient_data(text) or (
        _is_typed(activity) and any(map(looks_like_patient_data, _texts(value)))
    )
    return Turn(
        kind=kind,
        who=who,
        where=where,
        activity=_id(activity, "id"),
        text="" if withheld else text,
        value={} if withheld else value,
        name=_text(activity, "name"),
        replies_to=_text(activity, "replyToId"),
        team=_text(_channel_part(activity, "team"), "id"),
        locale=_text(activity, "locale") or _text(_client(activity), "locale") or None,
        zone=_text(activity, "localTimezone") or _text(_client(activity), "timezone") or None,
        is_targeted=_object(activity, "recipient").get("isTargeted") is True,
        withheld=withheld,
    )


def _kind(activity: Json) -> Kind | None:
    kind, action = activity.get("type"), activity.get("action")
    if kind == "message":
        return Kind.MESSAGE
    if kind == "invoke":
        return Kind.INVOKE
    if kind == "installationUpdate":
        return Kind.INSTALLED if action in _ADDED else Kind.REMOVED if action in _REMOVED else None
    if kind == "conversationUpdate":
        return _moved(activity)
    return None


def _moved(activity: Json) -> Kind | None:
    """Of a `conversationUpdate`: whether it is we who came or went. An install tells of us in both ways."""
    if _text(_object(activity, "channelData"), "eventType") in _TEAM_GONE or _has_us(activity, "membersRemoved"):
        return Kind.REMOVED
    return Kind.INSTALLED if _has_us(activity, "membersAdded") else None


def _has_us(activity: Json, name: str) -> bool:
    ours, people = _text(_object(activity, "recipient"), "id"), activity.get(name)
    return bool(ours) and isinstance(people, list) and any(isinstance(p, dict) and p.get("id") == ours for p in people)


def tenant_of(activity: Json) -> str:
    """The organization it comes from; empty where it names none, or two."""
    channel = _text(_channel_part(activity, "tenant"), "id").lower()
    conversation = _text(_object(activity, "conversation"), "tenantId").lower()
    return (channel or conversation) if not (channel and conversation) or channel == conversation else ""


def _where(activity: Json) -> Reference:
    conversation = _object(activity, "conversation")
    kind = _text(conversation, "conversationType") or ("channel" if _channel_part(activity, "team") else "personal")
    try:
        place = Place(kind)
    except ValueError as error:
        raise NotATurn("an unknown kind of conversation") from error
    return Reference(
        service_url=_text(activity, "serviceUrl"),
        conversation=_id(conversation, "id"),
        tenant=tenant_of(activity),
        place=place,
        bot=_text(_object(activity, "recipient"), "id"),
    )


def _is_typed(activity: Json) -> bool:
    """Whether its value may hold somebody's own words. What Teams says of a file's place may look like anything."""
    return activity.get("name") != "fileConsent/invoke"


def _words(activity: Json) -> str:
    """What was typed, without mentions of us; other people's mentions become their names."""
    text = _text(activity, "text", MAX_TEXT * 4)
    ours = _text(_object(activity, "recipient"), "id")
    for entity in _entities(activity, "mention"):
        if _text(_object(entity, "mentioned"), "id") == ours and (mention := _text(entity, "text")):
            text = text.replace(mention, " ", 1)
    return clean(unescape(_PERSON.sub(r"\1", text)))[: MAX_TEXT + 1]


def _entities(activity: Json, kind: str) -> Iterator[Json]:
    entities = activity.get("entities")
    for entity in entities if isinstance(entities, list) else ():
        if isinstance(entity, dict) and entity.get("type") == kind:
            yield entity


def _client(activity: Json) -> Json:
    return next(_entities(activity, "clientInfo"), {})


def _channel_part(activity: Json, name: str) -> Json:
    return _object(_object(activity, "channelData"), name)


def _object(parent: Json, name: str) -> Json:
    found = parent.get(name)
    return found if isinstance(found, dict) else {}


def _text(parent: Json, name: str, longest: int = LONGEST_ID) -> str:
    found = parent.get(name)
    return found[:longest].replace("\x00", "") if isinstance(found, str) else ""


def _id(parent: Json, name: str) -> str:
    found = parent.get(name)
    if not isinstance(found, str) or not found or len(found) > LONGEST_ID or not found.isprintable():
        raise NotATurn(f"no usable {name}")
    return found


def _texts(value: Any, depth: int = 0) -> Iterator[str]:
    """Every text in what a form says."""
    if isinstance(value, str):
        yield value[: MAX_TEXT * 4]
    elif isinstance(value, dict | list):
        if depth == DEEPEST:
            raise NotATurn("a value that is too deep")
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each, depth + 1)


def stored(turn: Turn, now: datetime) -> InboundEvent:
    """What is kept of it until it is worked."""
    return InboundEvent(
        platform="teams",
        event_id=f"{turn.where.conversation}|{turn.activity}",
        kind=EVENT_KINDS[turn.kind],
        tenant=turn.who.tenant,
        user_id=turn.who.user,
        channel=turn.where.conversation,
        thread=turn.activity,
        is_public=not turn.is_private,
        words=turn.text,
        withheld=turn.withheld,
        received_at=now,
        details={
            "service_url": turn.where.service_url,
            "place": turn.where.place.value,
            "bot": turn.where.bot,
            "teams_id": turn.who.teams_id,
            "called": turn.who.name,
            "value": dict(turn.value),
            "replies_to": turn.replies_to,
            "team": turn.team,
            "locale": turn.locale,
            "zone": turn.zone,
            "is_targeted": turn.is_targeted,
        },
    )


def kept_turn(event: InboundEvent) -> Turn:
    """The turn of a stored event, as `stored` put it there."""
    said = dict(event.details)
    where = Reference(said.pop("service_url"), event.channel, event.tenant, Place(said.pop("place")), said.pop("bot"))
    return Turn(
        kind=next(kind for kind, name in EVENT_KINDS.items() if name == event.kind),
        who=Who(event.tenant, event.user_id, said.pop("teams_id"), said.pop("called", "")),
        where=where,
        activity=event.thread,
        text=event.words,
        withheld=event.withheld,
        interrupted=event.claims > 1,
        **said,
    )
