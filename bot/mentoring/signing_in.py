"""To the pages: a link from chat for one person that works once within minutes, or somebody whom Slack or Microsoft has
signed in, and the session that opens. Called by `cohort web` and by the pages; only hashes are kept.
"""

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from sqlmodel import col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.cohorts import SignInLink, WebSession
from bot.model.people import Member, Tenant

LINK_LASTS = timedelta(minutes=10)
SESSION_LASTS = timedelta(hours=8)
_BYTES = 32


async def make_link(session: AsyncSession, member_id: int, now: datetime) -> str:
    """A new token for this person. Those that have ended are cleared away."""
    await session.exec(delete(SignInLink).where(col(SignInLink.expires_at) <= now))
    token = token_urlsafe(_BYTES)
    session.add(SignInLink(member_id=member_id, token_hash=_hash(token), expires_at=now + LINK_LASTS))
    await session.flush()
    return token


async def sign_in(session: AsyncSession, token: str, now: datetime) -> str | None:
    """Use a link: the session's own token; None for one that was used, has ended or was never made.

    The link is gone with its first use, also where two come at once.
    """
    mine = (col(SignInLink.token_hash) == _hash(token), col(SignInLink.expires_at) > now)
    used = (await session.exec(delete(SignInLink).where(*mine).returning(col(SignInLink.member_id)))).first()
    if used is None:
        return None
    return await open_session(session, used[0], now)


async def open_session(session: AsyncSession, member_id: int, now: datetime) -> str:
    """A new session of somebody who has shown who they are: its own token. Those that have ended are cleared away."""
    await session.exec(delete(WebSession).where(col(WebSession.expires_at) <= now))
    opened = token_urlsafe(_BYTES)
    session.add(WebSession(member_id=member_id, token_hash=_hash(opened), expires_at=now + SESSION_LASTS))
    await session.flush()
    return opened


async def sign_in_as(session: AsyncSession, who: tuple[str, str, str], now: datetime) -> str | None:
    """For somebody of this platform, workspace and user id: the session's own token; None where nobody of that name
    uses the mentor, their account is closed, or their workspace has left. Nobody is made by signing in.
    """
    platform, tenant, user = who
    wanted = (
        select(Member.id)
        .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
        .where(Tenant.platform == platform, Tenant.external_id == tenant, Member.user_id == user)
    )
    is_there = (col(Member.deactivated_at).is_(None), col(Tenant.left_at).is_(None))
    found = (await session.exec(wanted.where(*is_there))).first()
    return None if found is None else await open_session(session, found, now)


async def who_is_signed_in(session: AsyncSession, token: str, now: datetime) -> tuple[Tenant, Member] | None:
    """Whose session it is; nobody's once it has ended, their account is closed, or their workspace has left."""
    wanted = (
        select(Tenant, Member)
        .join(Member, col(Member.tenant_id) == col(Tenant.id))
        .join(WebSession, col(WebSession.member_id) == col(Member.id))
        .where(WebSession.token_hash == _hash(token), col(WebSession.expires_at) > now)
        .where(col(Member.deactivated_at).is_(None), col(Tenant.left_at).is_(None))
    )
    return (await session.exec(wanted)).first()


async def sign_out(session: AsyncSession, member_id: int) -> None:
    """End every session of this person, and every link that waits."""
    await session.exec(delete(WebSession).where(col(WebSession.member_id) == member_id))
    await session.exec(delete(SignInLink).where(col(SignInLink.member_id) == member_id))


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
