"""A member's CE dates as an iCalendar file, for `bot.files.ce_calendar` and for the feed at a member's own address.

Screens and calendars are shared, so what an entry shows is discreet, and its details are marked private.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import local_day
from bot.mentoring.ce_alerts import hour_of
from bot.mentoring.ce_cycles import Basis
from bot.mentoring.ce_ladder import RUNGS
from bot.mentoring.ce_records import Kept, load
from bot.mentoring.ce_words import BASES
from bot.model.coaching import CoachingPlan
from bot.model.credentials import AlertPlan
from bot.model.people import Member, Tenant
from bot.visit import zone_or_guess
from content.pack import Pack
from content.wording import Wording

if TYPE_CHECKING:
    from icalendar import Event

MEDIA_TYPE = "text/calendar"
REFRESHED = timedelta(days=1)
"""How often a calendar program is asked to look again."""
_PRODUCT = "-//Preceptor//Continuing education//EN"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose dates they are."""

    name: str
    """Of this member alone, and the same for ever: entries are told apart by it."""
    hour: time
    """At which the member is reminded, on their own day."""


async def read_calendar(
    session: AsyncSession, whose: tuple[Tenant, Member], pack: Pack, say: Wording, now: datetime
) -> bytes:
    """A member's calendar as it stands now (calendar clock)."""
    tenant, member = whose
    assert member.id is not None
    record = await load(session, member.id, pack.credentials, local_day(now, zone_or_guess(member.zone)))
    alerts, weekly = await session.get(AlertPlan, member.id), await session.get(CoachingPlan, member.id)
    hour = hour_of(alerts.minute if alerts else None, weekly.minute if weekly else None)
    name = f"{tenant.platform}:{tenant.external_id}:{member.user_id}"
    return calendar_of(say, record.kept, Owner(name, hour), now)


def calendar_of(say: Wording, record: Iterable[Kept], owner: Owner, now: datetime) -> bytes:
    """The days on which what somebody holds ends, in UTF-8. The same all day long (UTC), so that it compares."""
    from icalendar import Calendar  # noqa: PLC0415 - few ask for one, and it takes long to load

    calendar = Calendar.new(
        prodid=_PRODUCT,
        uid=str(uuid5(NAMESPACE_URL, f"preceptor:{owner.name}")),
        name=say("ce.calendar.name"),
        method="PUBLISH",
        calscale="GREGORIAN",
        refresh_interval=REFRESHED,
    )
    for kept in record:
        if kept.standing.cycle is not None:
            calendar.add_component(_event(say, kept, owner, now))
    made: bytes = calendar.to_ical()
    return made


def _event(say: Wording, kept: Kept, owner: Owner, now: datetime) -> "Event":
    from icalendar import CLASS, STATUS, TRANSP, Event  # noqa: PLC0415

    cycle = kept.standing.cycle
    assert cycle is not None
    event = Event.new(
        uid=str(uuid5(NAMESPACE_URL, f"preceptor:{owner.name}:{kept.rule.id}:{cycle.last.year}")),
        stamp=now.replace(hour=0, minute=0, second=0, microsecond=0),
        start=cycle.last,
        end=cycle.last + timedelta(days=1),
        summary=say("ce.calendar.entry"),
        description=f"{say('ce.calendar.details', name=kept.rule.name)} {say(BASES[cycle.basis])}",
        classification=CLASS.PRIVATE,
        status=STATUS.CONFIRMED if cycle.basis is Basis.PRINTED else STATUS.TENTATIVE,
        transparency=TRANSP.TRANSPARENT,
    )
    if not kept.standing.is_complete:
        _remind(event, say("ce.calendar.entry"), kept, owner.hour)
    return event


def _remind(event: "Event", words: str, kept: Kept, hour: time) -> None:
    """On the same days as alerts come in the chat, as far as they lie in the period."""
    from icalendar import Alarm  # noqa: PLC0415

    cycle = kept.standing.cycle
    assert cycle is not None
    for rung in RUNGS:
        if cycle.last - timedelta(days=rung) >= cycle.first:
            before = timedelta(hours=hour.hour, minutes=hour.minute) - timedelta(days=rung)
            event.add_component(Alarm.new_display(words, before, uid=f"{event.uid}-{rung}"))
