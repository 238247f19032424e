"""Batches of messages that a person started: how far each has come. Read by the operator's commands, in chat and in the
terminal; `bot.ports.Outbox` starts and stops them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.deliveries import Delivery, SendBatch, State

NOTICE = "notice"
"""The kind of a batch whose text goes to a workspace, and of its deliveries in the ledger."""
DRAFT = "draft"
"""The kind of a notice that nobody has confirmed yet: nothing of it is in the ledger."""
RETRY = "retry"
"""The kind of a batch that sends once more what the ledger holds."""
STOPPED = "stopped by the operator"
"""Why a delivery is skipped when its batch was stopped before its turn."""
_UNDER_WAY = (State.PENDING, State.SENDING)


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """A batch, and how many of its deliveries are in which state."""

    batch: SendBatch
    counts: Counter[State]

    @property
    def total(self) -> int:
        return self.counts.total()

    @property
    def waiting(self) -> int:
        """What may still be sent."""
        return sum(self.counts[state] for state in _UNDER_WAY)

    @property
    def is_running(self) -> bool:
        return self.batch.stopped_at is None and self.waiting > 0


async def newest_batches(session: AsyncSession, limit: int, *, tenant_id: int | None = None) -> list[BatchProgress]:
    """The newest batches, of one workspace or of all; drafts are none."""
    wanted = select(SendBatch).where(SendBatch.kind != DRAFT)
    if tenant_id is not None:
        wanted = wanted.where(SendBatch.tenant_id == tenant_id)
    found = (await session.exec(wanted.order_by(col(SendBatch.id).desc()).limit(limit))).all()
    return await with_progress(session, found)


async def with_progress(session: AsyncSession, batches: Sequence[SendBatch]) -> list[BatchProgress]:
    """The same batches, each with its counts."""
    mine = col(Delivery.batch_id).in_([batch.id for batch in batches])
    rows = select(Delivery.batch_id, Delivery.state, func.count()).where(mine)
    counts: dict[int | None, Counter[State]] = {batch.id: Counter() for batch in batches}
    for batch_id, state, number in (await session.exec(rows.group_by(col(Delivery.batch_id), Delivery.state))).all():
        counts[batch_id][State(state)] = number
    return [BatchProgress(batch, counts[batch.id]) for batch in batches]
