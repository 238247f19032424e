"""Who is due → rows in the ledger and the next due instants, in transactions of a bounded size. Called every minute by
`jobs.service`, by `preceptor tick`, and by the playground after it moved the clock.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import Executable, Select, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.database import Database
from bot.model.deliveries import State
from jobs import ledger
from jobs.nudges import Nudge

log = logging.getLogger(__name__)

BATCH = 500
"""Members planned in one transaction, at most. On SQLite nobody else writes meanwhile, therefore:"""
LONG = 0.1
"""Seconds. A transaction that took longer is followed by smaller ones: a busy machine or a cold disk needs them."""
_FEWEST = 50
Enqueue = Callable[[AsyncSession, Sequence[int]], Awaitable[None]]
"""`Engine.enqueue`: told of new deliveries inside the transaction that stores them."""


@dataclass(slots=True)
class PlanCounts:
    """What planning did."""

    planned: Counter[str] = field(default_factory=Counter)
    """Kind → deliveries stored, those included that were missed before they could be planned."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Reason → deliveries skipped while planning: their time had run out."""
    broken: list[str] = field(default_factory=list)
    """Kinds whose planning raised an error; it is logged, and the other kinds are planned all the same."""


async def plan_due(
    database: Database,
    nudges: Sequence[Nudge],
    now: datetime,
    *,
    batch: int = BATCH,
    enqueue: Enqueue | None = None,
    stop: asyncio.Event | None = None,
) -> PlanCounts:
    """Plan everybody who is due at `now` (calendar clock). Twice, or twice at once, is the same as once.

    When told to stop, the batch under way is finished and the rest is left to the next time.
    """
    counts = PlanCounts()
    told = stop or asyncio.Event()
    has_missed, due = await _due(database, nudges, now)
    while has_missed and not told.is_set() and (missed := await _skip_missed(database, now, batch)):
        counts.skipped[ledger.MISSED] += missed
    portion = _Portion(batch)
    for nudge in due:
        plan = partial(_plan_batch, database, nudge, now, counts, enqueue)
        try:
            while not told.is_set() and await portion.plan(plan):
                pass
        except Exception:
            counts.broken.append(nudge.kind)
            log.exception("Planning was undone", extra={"event": "planning_undone", "kind": nudge.kind})
    return counts


async def _due(database: Database, nudges: Sequence[Nudge], now: datetime) -> tuple[bool, list[Nudge]]:
    """Whether something was missed, and who may have somebody to plan: one question, because most minutes find nothing.
    It waits for nobody who writes; what is stored while it is asked is found a minute later."""
    planning = [nudge for nudge in nudges if nudge.plan]
    asked = [nudge for nudge in planning if nudge.due is not None]
    async with database.glancing() as session:
        question = _question(tuple(nudge.due for nudge in asked))
        has_missed, *found = (await (await session.connection()).execute(question, {ledger.NOW.key: now})).one()
    idle = {nudge.kind for nudge, has_somebody in zip(asked, found, strict=True) if not has_somebody}
    return has_missed, [nudge for nudge in planning if nudge.kind not in idle]


@cache
def _question(due: tuple[Select[Any], ...]) -> Executable:
    """Made once, so that SQLAlchemy knows it again."""
    return select(*(each.exists() for each in (ledger.missed(ledger.NOW), *due)))


async def _skip_missed(database: Database, now: datetime, batch: int) -> int:
    async with database.work() as session:
        return await ledger.skip_missed(session, now, batch)


class _Portion:
    """How many to plan at once, by how long the last ones took."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = min(most, 4 * _FEWEST)

    async def plan(self, plan: Callable[[int], Awaitable[int]]) -> int:
        loop = asyncio.get_running_loop()
        began, size = loop.time(), self._size
        due = await plan(size)
        per_member = (loop.time() - began) / max(due, 1)
        if due:
            self._size = min(self._most, max(_FEWEST, min(2 * size, int(LONG / max(per_member, 1e-9)))))
        return due


async def _plan_batch(
    database: Database, nudge: Nudge, now: datetime, counts: PlanCounts, enqueue: Enqueue | None, batch: int
) -> int:
    assert nudge.plan
    async with database.work() as session:
        due = await nudge.plan(session, now, batch)
        new = ledger.inserted(session)
        pending = [each.id for each in new if each.state is State.PENDING]
        if pending and enqueue:
            await enqueue(session, pending)
    counts.planned[nudge.kind] += len(new)
    counts.skipped.update(each.reason for each in new if each.state is State.SKIPPED)
    return due
