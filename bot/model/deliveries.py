"""The ledger: one row for each thing the mentor sends unasked. Written by `jobs`, read by anyone who asks why."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.model.columns import Instant

RESTORED = "restored from a backup"
"""Why a delivery is unsure whose time lay between a backup and its restore: it may have gone since."""


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
    """It may have arrived, and is not blindly repeated. `settle_at` says whether anybody will look for it."""


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
            "ix_delivery_put_off",
            "retry_at",
            sqlite_where=text("state = 'pending' AND retry_at IS NOT NULL"),
            postgresql_where=text("state = 'pending' AND retry_at IS NOT NULL"),
        ),
        Index(
            "ix_delivery_expiring",
            "expires_at",
            sqlite_where=text("state = 'pending'"),
        ).ddl_if(dialect="sqlite"),
        Index(
            "ix_delivery_sending",
            "lease_until",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        Index(
            "ix_delivery_to_settle",
            "settle_at",
            sqlite_where=text("settle_at IS NOT NULL"),
            postgresql_where=text("settle_at IS NOT NULL"),
        ),
        Index(
            "ix_delivery_batch",
            "batch_id",
            sqlite_where=text("batch_id IS NOT NULL"),
            postgresql_where=text("batch_id IS NOT NULL"),
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
    tried_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the last try was claimed, by the machine's clock: a look for the message begins there."""
    settle_at: datetime | None = Field(default=None, sa_type=Instant)
    """When an unsure one is looked for next, by the machine's clock; None when nobody will."""
    looks: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How many looks in a row did not find it."""
    queued_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until then (machine's clock) a job for it is out; only the distributed engine has jobs."""
    batch_id: int | None = Field(default=None, foreign_key="sendbatch.id")
    """The batch that a person started, if it is part of one."""
    content: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What the message was about (ids only), written before it is sent."""
    receipt: str = ""
    """The platform's name for the message."""
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    """By the calendar clock."""
    recorded_at: datetime | None = Field(default=None, sa_type=Instant)
    """By the machine's clock: when the last state was written."""


class SendBatch(SQLModel, table=True):
    """Messages that a person started: a notice, a catch-up. Stopping it skips what is not yet sent."""

    __table_args__ = {"sqlite_autoincrement": True}  # its id names a slot, so it must never be given twice

    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int | None = Field(default=None, foreign_key="tenant.id")
    """The workspace it goes to; None for one over all of them."""
    kind: str
    text: str = ""
    """What a notice says."""
    started_by: str
    """The operator's platform:tenant:user, or "command line"."""
    started_at: datetime = Field(sa_type=Instant)
    """By the calendar clock."""
    stopped_at: datetime | None = Field(default=None, sa_type=Instant)
    """By the calendar clock; None while it runs."""


class Pace(SQLModel, table=True):
    """How fast one kind of call to one workspace may go on, kept here so that every process keeps to it."""

    tenant_id: int = Field(foreign_key="tenant.id", primary_key=True)
    act: str = Field(primary_key=True)
    """"send", or "look" for reading a conversation back."""
    next_at: datetime | None = Field(default=None, sa_type=Instant)
    """When an even stream of all calls so far would make its next one, by the machine's clock."""
    held_until: datetime | None = Field(default=None, sa_type=Instant)
    """The platform asked for no call before this instant of the machine's clock."""
