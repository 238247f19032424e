"""What members did and said, one row each. A member's progress is the fold of these rows; undo marks one undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from bot.model.columns import Instant


class ProgressEvent(SQLModel, table=True):
    """Something that happened on the roadmap."""

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    at: datetime = Field(sa_type=Instant)
    """By the calendar clock, in UTC."""
    kind: str
    """One of `bot.mentoring.progress.Kind`."""
    subject: str = ""
    """The action, practice, milestone or step it is about."""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    undone_at: datetime | None = Field(default=None, sa_type=Instant)


class StageChange(SQLModel, table=True):
    """The member's step changed to other people's eyes. What happened beyond step 5 makes no row."""

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    at: datetime = Field(sa_type=Instant)
    """By the calendar clock, in UTC."""
    before: int | None = None
    """As `bot.mentoring.stages.stage_of` has it; None before the first."""
    after: int | None = None


class PlannedAction(SQLModel, table=True):
    """When and where a member means to do an action; brings one reminder."""

    __table_args__ = (
        Index(
            "ix_plannedaction_waiting",
            "due_at",
            "id",
            sqlite_where=text("planned_at IS NULL"),
            postgresql_where=text("planned_at IS NULL"),
        ),
        {"sqlite_autoincrement": True},
    )
    # Its id names a slot, so it must never be given a second time.

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    action_id: str
    due_at: datetime = Field(sa_type=Instant)
    """The instant of the reminder, in UTC."""
    local: str
    """The member's own day and time, as 2026-12-03T12:30."""
    place: str = ""
    planned_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the planner put it into the ledger; None while it waits."""
