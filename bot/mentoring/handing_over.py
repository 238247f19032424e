"""A file's way to the one it was offered to: a token that works once, for a while, for one person and one recipe.
Called by the adapters and by the page that hands files over; only hashes are kept.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.message import File
from bot.model.files import FileOffer
from bot.model.people import Member, Tenant

LINK_LASTS = timedelta(minutes=15)
"""Whoever has a link has the file, so it is short."""
CARD_LASTS = timedelta(days=1)
"""A card works for one person alone, so they may come back to it."""
_BYTES = 32


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on a platform, by its own ids."""

    platform: str
    tenant: str
    user: str


async def offer(session: AsyncSession, person: Person, file: File, now: datetime, lasts: timedelta) -> str | None:
    """A new token; None for somebody who never wrote to the mentor. Offers that have ended are cleared away."""
    await session.exec(delete(FileOffer).where(col(FileOffer.expires_at) <= now))
    mine = select(Member.id).join(Tenant, col(Tenant.id) == col(Member.tenant_id)).where(*_is(person))
    member_id = (await session.exec(mine)).first()
    if member_id is None:
        return None
    token, until = token_urlsafe(_BYTES), now + lasts
    session.add(
        FileOffer(member_id=member_id, name=file.name, recipe=file.recipe, token_hash=_hash(token), expires_at=until)
    )
    await session.flush()
    return token


async def offered(session: AsyncSession, token: str, now: datetime) -> str | None:
    """The name of the file that a token still brings; it is not used by that."""
    wanted = select(FileOffer.name).where(FileOffer.token_hash == _hash(token), col(FileOffer.expires_at) > now)
    return (await session.exec(wanted)).first()


async def take(session: AsyncSession, token: str, now: datetime, by: Person | None = None) -> tuple[Person, str] | None:
    """Use a token: whose file, and its recipe. None for one that was used, has ended or was never made, and where it is
    another's than that of the person it came `by`, for whom it stays.

    It is gone with its first use, also where two come at once.
    """
    wanted = (col(FileOffer.token_hash) == _hash(token)) & (col(FileOffer.expires_at) > now)
    if by:
        theirs = select(Member.id).join(Tenant, col(Tenant.id) == col(Member.tenant_id)).where(*_is(by))
        wanted &= col(FileOffer.member_id).in_(theirs)
    used = delete(FileOffer).where(wanted).returning(col(FileOffer.member_id), col(FileOffer.recipe))
    if (row := (await session.exec(used)).first()) is None:
        return None
    owner = select(Tenant.platform, Tenant.external_id, Member.user_id).where(Tenant.id == Member.tenant_id)
    return Person(*(await session.exec(owner.where(Member.id == row[0]))).one()), row[1]


def _is(person: Person) -> tuple[bool, ...]:
    return (
        Tenant.platform == person.platform,
        Tenant.external_id == person.tenant,
        Member.user_id == person.user,
    )


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
