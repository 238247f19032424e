"""What a platform tells about a person without their asking: their name, where they are, their language, whether their
account is still open. Called by the adapters, and by `bot.conversation` when somebody writes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import zone_named
from bot.mentoring.coaching import locked_plan, plan_of, reschedule, set_zone, zone_of
from bot.mentoring.display_names import clean_name
from bot.model.deliveries import Delivery, State
from bot.model.people import Member

DEACTIVATED = "account deactivated"
"""Why a delivery is skipped whose reader's account is closed."""


@dataclass(frozen=True, slots=True)
class Profile:
    """As much as the platform says; None for what it does not."""

    zone: str | None = None
    """IANA name."""
    locale: str | None = None
    """Such as "es-US"."""
    is_closed: bool | None = None
    """The account was deactivated."""
    name: str | None = None
    """What others there see them called."""


async def follow(
    session: AsyncSession, member: Member, profile: Profile, now: datetime, languages: Collection[str]
) -> None:
    """Keep a member's row true to their profile. `now` is by the calendar clock; `languages` are those we speak.

    A zone follows the platform, and so the member when they travel, until they choose one themself. What the mentor
    does not know (a zone, a language) changes nothing.
    """
    if zone := _moved_to(member, profile.zone):
        await set_zone(session, member, zone)
    if name := _renamed(member, profile.name):
        member.name = name
        session.add(member)
    language = language_of(profile.locale or "", languages)
    if language and language != member.locale:
        member.locale = language
        session.add(member)
    if profile.is_closed is not None:
        await (leave_alone if profile.is_closed else welcome_back)(session, member, now)


def is_here(member: Member, zone: str | None, name: str = "") -> bool:
    """Whether a word from them, from this zone and under this name, changes nothing that is known of them."""
    return member.deactivated_at is None and _moved_to(member, zone) is None and not _renamed(member, name)


def _renamed(member: Member, name: str | None) -> str:
    """Their new name; empty where it is none."""
    if not name or name == member.name:
        return ""
    tidy = clean_name(name)
    return tidy if tidy != member.name else ""


def _moved_to(member: Member, name: str | None) -> str | None:
    zone = zone_named(name or "")
    return zone.key if zone and not member.zone_is_own and zone.key != member.zone else None


def language_of(locale: str, languages: Collection[str]) -> str | None:
    """The language of a platform's locale ("es-US"), where it is one of these."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return language if language in languages else None


async def leave_alone(session: AsyncSession, member: Member, now: datetime, why: str = DEACTIVATED) -> None:
    """Their account is closed, or they want nothing from us: nothing is planned, and what waits is skipped as `why`.
    All they have stored stays theirs."""
    if member.deactivated_at is not None:
        return
    member.deactivated_at, member.deactivated_why = now, "" if why == DEACTIVATED else why
    session.add(member)
    if await plan_of(session, _id(member)):
        plan = await locked_plan(session, member)
        plan.next_slot = plan.next_due_at = None
    waiting = update(Delivery).where(col(Delivery.member_id) == member.id, col(Delivery.state) == State.PENDING)
    skipped = {"state": State.SKIPPED, "reason": why, "retry_at": None, "queued_until": None}
    await session.exec(waiting.values(**skipped))


async def welcome_back(session: AsyncSession, member: Member, now: datetime) -> None:
    """Their account is open again, or they write: weekly coaching goes on with the next slot from now."""
    if member.deactivated_at is None:
        return
    member.deactivated_at, member.deactivated_why = None, ""
    session.add(member)
    if await plan_of(session, _id(member)):
        reschedule(await locked_plan(session, member), zone_of(member), now)


def _id(member: Member) -> int:
    assert member.id is not None
    return member.id
