"""`ce calendar`, `ce calendar new`, `ce calendar off`: a member's dates as a file, and at a secret address of their own
that a calendar program reads. Called by the `ce` command, and with the address by the page behind it.
"""

from hashlib import sha256
from secrets import token_urlsafe

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import local_day
from bot.files.ce_calendar import FILE_NAME, RECIPE
from bot.mentoring.ce_log import nothing_held
from bot.mentoring.ce_records import load
from bot.mentoring.ce_words import day_words
from bot.mentoring.showing import sentence
from bot.message import Block, Button, Buttons, Code, File, Message, Paragraph
from bot.model.credentials import CalendarFeed
from bot.model.people import Member, Tenant
from bot.visit import Visit

PATH = "/calendar"
_BYTES = 32
TOKEN_LENGTH = 43
"""Characters of `_BYTES` as an address has them."""


async def calendar(visit: Visit, words: str) -> Message:
    """Alone it offers the file, and says whether there is an address."""
    word = words.strip().lower()
    if word == "off":
        return await _off(visit)
    record = await load(visit.session, visit.member_id, visit.pack.credentials, local_day(visit.now, visit.zone))
    if not record.kept:
        return nothing_held(visit)
    if word == "new" and visit.deployment.public_url:
        return await _new(visit)
    feed = await visit.session.get(CalendarFeed, visit.member_id)
    blocks = (sentence(visit, "ce.calendar"), _file(visit), *_address(visit, feed))
    return Message(visit.say("ce.calendar.title"), blocks)


def _file(visit: Visit) -> File:
    return File(FILE_NAME, visit.say("ce.calendar.file"), RECIPE)


def _address(visit: Visit, feed: CalendarFeed | None) -> tuple[Block, ...]:
    """Where no address leads here from outside, there is only the file."""
    new, off = (Button(visit.say(f"ce.calendar.button.{word}"), f"ce calendar {word}") for word in ("new", "off"))
    if feed is not None:
        since = sentence(visit, "ce.calendar.is-on", day=day_words(visit.say, local_day(feed.made_at, visit.zone)))
        return (since, Buttons((new, off) if visit.deployment.public_url else (off,)))
    if not visit.deployment.public_url:
        return (sentence(visit, "ce.calendar.file-only", quiet=True),)
    return (sentence(visit, "ce.calendar.offer"), Buttons((new,)))


async def _new(visit: Visit) -> Message:
    """One address for each member: a new one ends the one before."""
    token = token_urlsafe(_BYTES)
    feed = await visit.session.get(CalendarFeed, visit.member_id)
    if feed is None:
        feed = CalendarFeed(member_id=visit.member_id, token_hash="", made_at=visit.now)
    feed.token_hash, feed.made_at = hash_of(token), visit.now
    visit.session.add(feed)
    address = f"{visit.deployment.public_url.rstrip('/')}{PATH}/{token}.ics"
    off = Button(visit.say("ce.calendar.button.off"), "ce calendar off")
    blocks = (sentence(visit, "ce.calendar.new"), Paragraph((Code(address),)), sentence(visit, "ce.calendar.keep"))
    return Message(visit.say("ce.calendar.new.title"), (*blocks, Buttons((off,))))


async def _off(visit: Visit) -> Message:
    feed = await visit.session.get(CalendarFeed, visit.member_id)
    if feed is not None:
        await visit.session.delete(feed)
    again = Button(visit.say("ce.button.calendar"), "ce calendar")
    return Message(visit.say("ce.calendar.off.title"), (sentence(visit, "ce.calendar.off"), Buttons((again,))))


def hash_of(token: str) -> str:
    """What is kept of an address."""
    return sha256(token.encode()).hexdigest()


async def whose_feed(session: AsyncSession, hashed: str) -> tuple[Tenant, Member] | None:
    """Whose calendar stands at an address; nobody's once their account is closed, or their workspace has left."""
    wanted = (
        select(Tenant, Member)
        .join(Member, col(Member.tenant_id) == col(Tenant.id))
        .join(CalendarFeed, col(CalendarFeed.member_id) == col(Member.id))
        .where(CalendarFeed.token_hash == hashed)
        .where(col(Member.deactivated_at).is_(None), col(Tenant.left_at).is_(None))
    )
    return (await session.exec(wanted)).first()
