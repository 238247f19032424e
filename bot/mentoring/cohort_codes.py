"""Ways into a cohort: codes for many or for one, and invitations of one person. Called by the `cohort` command.

A code has 51 bits and is kept only as its hash; whoever tries codes gets five tries an hour, and a workspace fifty.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import log2
from secrets import choice

from sqlmodel import col, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_reach import workspaces_of
from bot.model.cohorts import Cohort, CohortInvitation, JoinTry
from bot.model.people import Member
from bot.visitors import insert_new

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Consonants alone make no words, look alike to nobody, and are no number of a record."""
LENGTH = 12
BITS = LENGTH * log2(len(LETTERS))
LASTS = timedelta(days=14)
TRIES = 5
TRIES_TOGETHER = 50
"""By all people of a workspace: fewer, and a handful of them could keep everybody else out."""
PER = timedelta(hours=1)
INVITATION = "invite-"
"""Opens the name of an invitation of a person, where a code would stand."""


class Kind(StrEnum):
    CODE = "code"
    ONCE = "once"
    PERSON = "person"


class Refusal(StrEnum):
    """Why something is no way in."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    ELSEWHERE = "elsewhere"
    """It is another workspace's, and does not reach this one."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """An invitation that holds, and where it leads."""

    invitation: CohortInvitation
    cohort: Cohort


def new_code() -> str:
    """As "BCDF-GHJK-LMNP"."""
    letters = "".join(choice(LETTERS) for _ in range(LENGTH))
    return "-".join(letters[first : first + 4] for first in range(0, LENGTH, 4))


def hash_of(code: str) -> str:
    """What is kept of a code, however it was typed."""
    letters = "".join(each for each in code.upper() if each.isalnum())
    return sha256(letters.encode()).hexdigest()


async def make_code(session: AsyncSession, cohort_id: int, by: int, now: datetime, kind: Kind = Kind.CODE) -> str:
    """A new code. One for many takes the place of the one before."""
    if kind is Kind.CODE:
        old = update(CohortInvitation).where(
            col(CohortInvitation.cohort_id) == cohort_id,
            col(CohortInvitation.kind) == Kind.CODE,
            col(CohortInvitation.revoked_at).is_(None),
        )
        await session.exec(old.values(revoked_at=now))
    code = new_code()
    session.add(_invitation(cohort_id, by, now, kind, code_hash=hash_of(code)))
    await session.flush()
    return code


async def invite(session: AsyncSession, cohort_id: int, person: int, by: int, now: datetime) -> CohortInvitation:
    """An invitation of one person, made or made anew."""
    mine = select(CohortInvitation).where(
        CohortInvitation.cohort_id == cohort_id, CohortInvitation.invited_id == person
    )
    fresh = _invitation(cohort_id, by, now, Kind.PERSON, invited_id=person)
    await insert_new(session, CohortInvitation, **fresh.model_dump(exclude={"id"}))
    found = (await session.exec(mine)).one()
    found.expires_at = now + LASTS
    return found


def _invitation(
    cohort_id: int, by: int, now: datetime, kind: Kind, *, code_hash: str | None = None, invited_id: int | None = None
) -> CohortInvitation:
    return CohortInvitation(
        cohort_id=cohort_id,
        kind=kind,
        code_hash=code_hash,
        invited_id=invited_id,
        invited_by=by,
        created_at=now,
        expires_at=now + LASTS,
    )


async def find(
    session: AsyncSession, said: str, tenant_id: int | None, member_id: int, now: datetime
) -> WayIn | Refusal:
    """Where a code, or an invitation of this very person, leads. Kept for this unit of work, so that a code for one is
    used by one.
    """
    wanted = select(CohortInvitation, Cohort).join(Cohort, col(Cohort.id) == col(CohortInvitation.cohort_id))
    number = said.lower().removeprefix(INVITATION)
    if said.lower().startswith(INVITATION) and number.isascii() and number.isdigit() and len(number) < 10:
        mine = (col(CohortInvitation.id) == int(number), col(CohortInvitation.invited_id) == member_id)
    else:
        mine = (col(CohortInvitation.code_hash) == hash_of(said), col(CohortInvitation.kind) != Kind.PERSON)
    found = (await session.exec(wanted.where(*mine).with_for_update(of=CohortInvitation))).first()
    if found is None:
        return Refusal.UNKNOWN
    invitation, cohort = found
    if tenant_id not in await workspaces_of(session, cohort):
        return Refusal.ELSEWHERE
    return _refused(invitation, cohort, now) or WayIn(invitation, cohort)


def _refused(invitation: CohortInvitation, cohort: Cohort, now: datetime) -> Refusal | None:
    if invitation.used_at is not None:
        return Refusal.USED
    is_over = invitation.expires_at <= now or invitation.revoked_at is not None or cohort.archived_at is not None
    return Refusal.EXPIRED if is_over else None


async def tries_left(session: AsyncSession, member_id: int, now: datetime) -> tuple[int, datetime]:
    """How many wrong codes a person may still try now, they and their workspace, and when there will be one more."""
    await session.exec(delete(JoinTry).where(col(JoinTry.member_id) == member_id, col(JoinTry.at) <= now - PER))
    tried = select(func.count(), func.min(JoinTry.at)).where(JoinTry.at > now - PER)
    number, first = (await session.exec(tried.where(JoinTry.member_id == member_id))).one()
    here = select(Member.tenant_id).where(Member.id == member_id).scalar_subquery()
    of_them = tried.join(Member, col(Member.id) == col(JoinTry.member_id)).where(Member.tenant_id == here)
    together, first_of_all = (await session.exec(of_them)).one()
    if together >= TRIES_TOGETHER and number < TRIES:
        return 0, (first_of_all or now) + PER
    return TRIES - number, (first or now) + PER


async def note_try(session: AsyncSession, member_id: int, now: datetime) -> None:
    session.add(JoinTry(member_id=member_id, at=now))
    await session.flush()
