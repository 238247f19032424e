"""Who is due → rows in the ledger and the next due instants, in transactions of a bounded size. Called every minute by
`jobs.service`, by `preceptor tick`, and by the playground after it moved the clock.
"""

import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.database import Database
from jobs import ledger
from jobs.nudges import Nudge

log = logging.getLogger(__name__)

Enqueue = Callable[[AsyncSession, Sequence[int]], Awaitable[None]]
"""`Engine.enqueue`: told of new deliveries inside the transaction that stores them."""


@dataclass(slots=True)
class PlanCounts:
    """What planning did."""

    planned: Counter[str] = field(default_factory=Counter)
    """Kind → deliveries stored."""
    missed: int = 0
    """Deliveries whose time had run out before they went."""
    broken: list[str] = field(default_factory=list)
    """Kinds whose planning raised an error; it is logged, and the other kinds are planned all the same."""


async def plan_due(
    database: Database, nudges: Sequence[Nudge], now: datetime, *, batch: int = 500, enqueue: Enqueue | None = None
) -> PlanCounts:
    """Plan everybody who is due at `now` (calendar clock). Twice, or twice at once, is the same as once."""
    counts = PlanCounts()
    async with database.work() as session:
        counts.missed = await ledger.skip_missed(session, now)
    for nudge in nudges:
        try:
            while await _plan_batch(database, nudge, now, batch, counts, enqueue):
                pass
        except Exception:
            counts.broken.append(nudge.kind)
            log.exception("Planning was undone", extra={"event": "planning_undone", "kind": nudge.kind})
    return counts


async def _plan_batch(
    database: Database, nudge: Nudge, now: datetime, batch: int, counts: PlanCounts, enqueue: Enqueue | None
) -> int:
    async with database.work() as session:
        due = await nudge.plan(session, now, batch)
        ids = ledger.inserted(session)
        if ids and enqueue:
            await enqueue(session, ids)
    counts.planned[nudge.kind] += len(ids)
    return due
