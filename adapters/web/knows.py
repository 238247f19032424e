"""What the mentor knows about a sample member, for the playground's panel: the real commands' own words, asked for
without leaving a trace.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.composition import Mentor
from bot.commands import find_commands, vocabulary
from bot.mentoring.progress import left_in, load, step_of
from bot.message import Buttons, Choice, Input, plain_lines
from bot.visit import Visit
from bot.visitors import find_member, find_tenant
from bot.words import Vocabulary

LOCALE = "en"


@dataclass(frozen=True, slots=True)
class Answered:
    """A command's answer as lines to read."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Knows:
    """Where a member stands, and what comes next and why."""

    step: int | None
    step_title: str
    done: int
    total: int
    """Actions of the step."""
    coach: Answered
    """What `coach` says: the plan."""
    next: Answered
    """What `coach next` says."""
    why: Answered
    """What `coach why` says."""


async def find_out(mentor: Mentor, who: tuple[str, str, str], now: datetime) -> Knows:
    """Ask for somebody given as (platform, tenant, user). Nothing is stored, and it does not count as a use."""
    words = vocabulary(find_commands())
    async with AsyncSession(mentor.database.engine) as session:
        visit = await _visit(mentor, session, who, now, words)
        progress = await load(session, visit.member_id, visit.pack)
        step = step_of(visit.pack, progress.step) if progress.step else None
        total = len(step.actions) if step else 0
        knows = Knows(
            step=progress.step,
            step_title=step.title if step else "",
            done=total - len(left_in(step, progress)) if step else 0,
            total=total,
            coach=await _asked(visit, "coach", ""),
            next=await _asked(visit, "coach", "next"),
            why=await _asked(visit, "coach", "why"),
        )
        await session.rollback()
    return knows


async def _visit(
    mentor: Mentor, session: AsyncSession, who: tuple[str, str, str], now: datetime, words: Vocabulary
) -> Visit:
    platform, external_id, user = who
    tenant = await find_tenant(session, platform, external_id, now)
    return Visit(
        session=session,
        tenant=tenant,
        member=await find_member(session, tenant, user, now),
        pack=mentor.knowledge.library.pack(LOCALE),
        searcher=mentor.knowledge.searchers[LOCALE],
        say=mentor.knowledge.wordings[LOCALE],
        vocabulary=words,
        deployment=mentor.deployment,
        now=now,
    )


async def _asked(visit: Visit, command: str, arguments: str) -> Answered:
    message = await visit.vocabulary[command].handle(visit, arguments)
    shown = (block for block in message.blocks if not isinstance(block, Buttons | Choice | Input))
    return Answered(message.title, tuple(line for block in shown for line in plain_lines(block)))
