"""The ledger: one row for each thing the mentor sends unasked. Written by `jobs`, read by anyone who asks why."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.model.columns import Instant


class State(StrEnum):
    PENDING = "pending"
    SENDING = "sending"
    """Claimed under a lease; the network may be at work."""
    SENT = "sent"
    """The platform took it."""
    SKIPPED = "skipped"
    """Not sent, on purpose; `reason` names why."""
    FAILED = "failed"
    """The platform refused for good; `reason` names why."""
    UNSURE = "unsure"
    """It may have arrived, and is not repeated."""


class Delivery(SQLModel, table=True):
    """A slot of one member and one kind. The unique key makes a second one impossible."""

    __table_args__ = (
        UniqueConstraint("member_id", "kind", "slot"),
        Index(
            "ix_delivery_pending",
            "tenant_id",
            "due_at",
            "id",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_delivery_sending",
            "lease_until",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenant.id", index=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    kind: str
    slot: str
    """The slot in the member's own calendar: a local week, a local day, or the id of what was planned."""
    due_at: datetime = Field(sa_type=Instant)
    """When it should go, by the calendar clock."""
    expires_at: datetime = Field(sa_type=Instant)
    """After this instant of the calendar it is skipped as missed."""
    state: State = Field(default=State.PENDING, sa_type=String)
    reason: str = ""
    attempts: int = 0
    retry_at: datetime | None = Field(default=None, sa_type=Instant)
    """Not before this instant of the machine's clock."""
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    """By the machine's clock."""
    claimed_by: str = ""
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What the message was about (ids only), written before it is sent."""
    receipt: str = ""
    """The platform's name for the message."""
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    """By the calendar clock."""
    recorded_at: datetime | None = Field(default=None, sa_type=Instant)
    """By the machine's clock: when the last state was written."""
