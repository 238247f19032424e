"""What a platform told us and we have acknowledged, until it is answered: a restart goes on where the last run stopped.

Written and worked by the adapters whose platform hands events over once and forgets them.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.model.columns import Instant

SPEECH = "speech"
"""The kind of an event in which somebody speaks to the mentor."""
FILE = "file"
"""The kind of one that we store ourselves: a file that a reply offered waits to be handed over."""


class InboundEvent(SQLModel, table=True):
    """One event. Its unique key makes a repeated delivery of it one row, even after it was worked."""

    __table_args__ = (
        UniqueConstraint("platform", "event_id"),
        Index(
            "ix_inboundevent_unworked",
            "id",
            sqlite_where=text("worked_at IS NULL"),
            postgresql_where=text("worked_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    """One of slack, teams."""
    event_id: str
    """The platform's own name for the event."""
    kind: str = Field(default=SPEECH, sa_column_kwargs={"server_default": SPEECH})
    """What happened: somebody spoke, or the platform's own name for anything else."""
    tenant: str
    """The workspace's own id on the platform."""
    user_id: str
    """Who wrote, or whom it is about, by the platform's own id; empty for what concerns the workspace."""
    channel: str
    """Where the answer goes; empty where none is given."""
    thread: str = ""
    """The thread the answer belongs to; empty for none."""
    is_public: bool = False
    """Others read along where it was said, so that the answer must be shown to its asker alone."""
    words: str = ""
    """What was said, cleaned; emptied as soon as it is answered."""
    details: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, sa_column_kwargs={"server_default": "{}"})
    """The few things that are needed to work any other kind of event; emptied as soon as it is worked."""
    withheld: bool = False
    """It looked like patient data, so its words were never kept."""
    claims: int = 0
    """How often somebody began to work on it; a second time means that the first was interrupted."""
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until then whoever claimed it is at work, by the machine's clock."""
    received_at: datetime = Field(sa_type=Instant)
    """By the machine's clock."""
    worked_at: datetime | None = Field(default=None, sa_type=Instant)
    """By the machine's clock; None until it is answered."""
