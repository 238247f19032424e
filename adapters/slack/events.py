"""Every kind of event that the mentor hears besides speech: what is kept of it, and who works it. One line each in
`EVENTS`, which the listeners, the worker and the app manifest read.

An event is stored, acknowledged and only then worked, so a handler runs after the request is over. It may run twice for
one event (a restart, an error it raised): it must do no harm then. What it raises lets it run again minutes later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from adapters.slack.api import SlackApi
from adapters.slack.dnd import DoNotDisturb
from adapters.slack.files import Files
from adapters.slack.home import Home
from adapters.slack.openings import Openings
from adapters.slack.profiles import Profiles, name_of
from adapters.slack.replies import Replies
from adapters.slack.speech import Speech
from adapters.wiring import Wiring
from adapters.worker import Handle
from bot.model.inbound import FILE, SPEECH, InboundEvent

DND = ("dnd_enabled", "next_dnd_start_ts", "next_dnd_end_ts", "snooze_enabled", "snooze_endtime")
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hands:
    """What a handler may need, made once for the server."""

    wiring: Wiring
    api: SlackApi
    replies: Replies
    home: Home
    openings: Openings
    files: Files


@dataclass(frozen=True, slots=True)
class Kept:
    """The few things of an event that are stored until it is worked."""

    user: str = ""
    """Whom it is about; empty for the workspace."""
    channel: str = ""
    details: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event."""

    keep: Callable[[Json], Kept | None]
    """The request's body → what to keep; None for one that is of no use. The shape of `details` is its to check."""
    handler: Callable[[Hands], Handle]
    only_members: bool = False
    """About people who never wrote to the mentor nothing is kept."""


def opened_home(body: Json) -> Kept | None:
    """Of `app_home_opened`: who looks, at which tab, and their direct messages with us."""
    event = body["event"]
    if not isinstance(event.get("user"), str) or not event["user"]:
        return None
    channel = event.get("channel")
    return Kept(event["user"], channel if isinstance(channel, str) else "", {"tab": str(event.get("tab") or "")})


def changed_profile(body: Json) -> Kept | None:
    """Of `user_change`: their name, where they are, their language, and whether their account is still open."""
    user = body["event"].get("user")
    if not isinstance(user, dict) or not user.get("id") or user.get("is_bot"):
        return None
    said = {name: user[name] for name in ("tz", "locale") if isinstance(user.get(name), str) and len(user[name]) < 100}
    about = {"name": name_of(user), "deleted": user.get("deleted") is True}
    return Kept(user["id"], details={**said, **about})


def changed_dnd(body: Json) -> Kept | None:
    """Of `dnd_updated_user`: when the person wants no disturbance."""
    user, status = body["event"].get("user"), body["event"].get("dnd_status")
    if not isinstance(user, str) or not user or not isinstance(status, dict):
        return None
    return Kept(user, details={name: status[name] for name in DND if isinstance(status.get(name), int)})


EVENTS: Mapping[str, EventKind] = {
    "app_home_opened": EventKind(opened_home, lambda hands: hands.openings.opened),
    "dnd_updated_user": EventKind(
        changed_dnd, lambda hands: DoNotDisturb(hands.wiring, hands.api).changed, only_members=True
    ),
    "user_change": EventKind(changed_profile, lambda hands: Profiles(hands.wiring).changed, only_members=True),
}
"""By the name under which the app manifest subscribes to it."""


def told(tenant: str, body: Json, now: datetime) -> InboundEvent | None:
    """The event to keep; None for kinds that nobody works, and for what is of no use."""
    kind = EVENTS.get(body["event"]["type"])
    kept = kind.keep(body) if kind else None
    if kept is None:
        return None
    return InboundEvent(
        platform="slack",
        event_id=body["event_id"],
        kind=body["event"]["type"],
        tenant=tenant,
        user_id=kept.user,
        channel=kept.channel,
        details=dict(kept.details),
        received_at=now,
    )


def handlers(hands: Hands) -> Mapping[str, Handle]:
    """Whoever works each kind of stored event, speech and files included."""
    return {
        SPEECH: Speech(hands.replies, hands.api, hands.home).answer,
        FILE: hands.files.hand_over,
        **{n: kind.handler(hands) for n, kind in EVENTS.items()},
    }
