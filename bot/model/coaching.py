"""A member's own choices about the weekly coaching message, and when the next one falls due."""

from datetime import date, datetime

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from bot.model.columns import Instant


class CoachingPlan(SQLModel, table=True):
    """Off until the member opts in: no row, or `is_on` false, means no message."""

    __table_args__ = (
        Index(
            "ix_coachingplan_due",
            "next_due_at",
            sqlite_where=text("next_due_at IS NOT NULL"),
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
    )

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    is_on: bool = False
    opted_in_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the member last said yes, by the calendar clock."""
    weekday: int = 2
    """Monday is 0."""
    minute: int = 12 * 60
    """Local minutes after midnight."""
    topics: list[str] = Field(default_factory=lambda: ["step", "networking"], sa_type=JSON)
    every_weeks: int = 1
    """The member's own choice: 1 or 2."""
    paused_from: date | None = None
    """The first local day without messages, for a leave that is still to come; None for a pause that has begun."""
    paused_until: date | None = None
    """The first local day on which messages may come again."""
    backoff: str = "none"
    """"none", "fortnightly" (after two ignored), "asked" (after four) or "silent"."""
    last_slot: str | None = None
    """The last local week that was planned, as "2026-W48"."""
    next_slot: str | None = None
    next_due_at: datetime | None = Field(default=None, sa_type=Instant)
    """The instant of `next_slot`, in UTC; None when nothing is to come."""
