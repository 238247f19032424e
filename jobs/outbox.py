"""What a person started for others to receive: puts it into the ledger, and stops it midway. Handed to the conversation
as `bot.ports.Outbox`; the operator's commands stop batches through it too.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, literal, literal_column
from sqlalchemy import select as columns
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.batches import NOTICE, STOPPED
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import SendBatch, State
from bot.model.people import Member
from bot.ports import Personal
from jobs.ledger import NewDelivery, insert

GRACE = timedelta(hours=48)
"""A notice that could not go by then is skipped."""
SLOT = "batch-"
"""A notice's slot is its batch, so that nobody gets one twice."""
COMING_BACK = timedelta(days=3)
"""For longer than this nothing comes back from a try that was under way when its batch was stopped."""

_TABLE = SQLModel.metadata.tables["delivery"]
_PENDING = _TABLE.c.state == literal_column("'pending'")


class LedgerOutbox:
    """A `bot.ports.Outbox` over the ledger. It holds no state; the courier finds the rows by itself."""

    async def start(self, session: AsyncSession, batch: SendBatch) -> int:
        """Everybody's row in one statement, however large the workspace is."""
        row = _row(batch)
        given = [literal(value, _TABLE.c[name].type).label(name) for name, value in row.items()]
        people: Select[Any] = (
            columns(col(Member.tenant_id), col(Member.id), *given)
            .join(CoachingPlan, col(CoachingPlan.member_id) == col(Member.id))
            .where(col(Member.tenant_id) == batch.tenant_id, col(CoachingPlan.is_on))
            .where(col(Member.deactivated_at).is_(None))
            .order_by(col(Member.id))
        )
        new = _TABLE.insert().from_select(["tenant_id", "member_id", *row], people)
        done = await session.exec(new.execution_options(preserve_rowcount=True))
        return int(done.rowcount)

    async def tell(self, session: AsyncSession, letter: Personal, now: datetime) -> bool:
        """It may wait a while for its turn, like a notice."""
        row = NewDelivery(
            tenant_id=letter.tenant_id,
            member_id=letter.member_id,
            kind=letter.kind,
            slot=letter.slot,
            due_at=now,
            expires_at=now + GRACE,
            content=letter.content,
        )
        return bool(await insert(session, [row]))

    async def stop(self, session: AsyncSession, batch: SendBatch, now: datetime) -> int:
        """What is being sent at this moment and comes back for another try is skipped then, by `skip_stopped`."""
        assert batch.id is not None
        if batch.stopped_at is None:
            batch.stopped_at = now
            session.add(batch)
            await session.flush()
        return await _skip(session, [batch.id])


def _row(batch: SendBatch) -> dict[str, Any]:
    return {
        "kind": NOTICE,
        "slot": f"{SLOT}{batch.id}",
        "due_at": batch.started_at,
        "expires_at": batch.started_at + GRACE,
        "state": State.PENDING.value,
        "batch_id": batch.id,
        "content": {},
        "attempts": 0,
        "looks": 0,
        **dict.fromkeys(("reason", "claimed_by", "receipt"), ""),
    }


async def skip_stopped(session: AsyncSession, calendar_now: datetime) -> int:
    """Skip what came back, for another try, to a batch that was stopped meanwhile. Returns how many that were."""
    lately = select(SendBatch.id).where(col(SendBatch.stopped_at) >= calendar_now - COMING_BACK)
    stopped = [each for each in (await session.exec(lately)).all() if each is not None]
    return await _skip(session, stopped) if stopped else 0


async def is_stopped(session: AsyncSession, batch_id: int) -> bool:
    """Whether what belongs to the batch is not to be sent any more."""
    batch = await session.get(SendBatch, batch_id)
    return batch is not None and batch.stopped_at is not None


async def _skip(session: AsyncSession, batches: Collection[int]) -> int:
    waiting = _TABLE.update().where(_PENDING, _TABLE.c.batch_id.in_(batches))
    skipped = {"state": State.SKIPPED.value, "reason": STOPPED, "retry_at": None, "queued_until": None}
    return int((await session.exec(waiting.values(**skipped))).rowcount)
