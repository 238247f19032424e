"""The weekly notes that a member was told, and what they were about. Asked by the weekly nudge for many members at
once, and by `coach next`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, cast

from sqlalchemy import bindparam, inspect, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import Week
from bot.mentoring.coaching import WEEKLY
from bot.mentoring.selection import Offer
from bot.model.deliveries import Delivery, State

REMEMBERED = 60
"""Weekly notes that matter to a choice: no gap is longer than 52 weeks."""
_TOLD = (State.SENDING, State.SENT, State.UNSURE)
_ROWS = inspect(Delivery).local_table.c
_NOTES = (  # plain rows: a member has dozens
    select(*(_ROWS[name] for name in ("member_id", "id", "slot", "state", "reason", "due_at", "sent_at", "content")))
    .where(_ROWS.member_id.in_(bindparam("members", expanding=True)), _ROWS.kind == WEEKLY, _ROWS.state.in_(_TOLD))
    .order_by(_ROWS.slot.desc())
)


class Told(Protocol):
    """What matters of a weekly note that was sent, or may have been: the ledger's row, or as much."""

    @property
    def id(self) -> int | None: ...
    @property
    def slot(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def due_at(self) -> datetime: ...
    @property
    def sent_at(self) -> datetime | None: ...
    @property
    def content(self) -> Mapping[str, Any]: ...


async def told(session: AsyncSession, members: Collection[int]) -> Mapping[int, Sequence[Told]]:
    """The weekly notes of these members that were sent, may have been sent or are being sent, newest first."""
    found: dict[int, list[Told]] = {each: [] for each in members}
    for row in await (await session.connection()).execute(_NOTES, {"members": list(members)}):
        found[row.member_id].append(cast("Told", row))
    return {each: rows[:REMEMBERED] for each, rows in found.items()}


def offers_in(rows: Sequence[Told]) -> list[Offer]:
    """What weekly notes were about."""
    return [
        Offer(Week.parse(row.slot), row.content.get("action"), row.content.get("suggestion"))
        for row in rows
        if row.content.get("action") or row.content.get("suggestion")
    ]


async def offers(session: AsyncSession, member_id: int) -> list[Offer]:
    """What this member's weekly notes were about, newest first: what `bot.mentoring.selection` calls history."""
    return offers_in((await told(session, [member_id]))[member_id])
