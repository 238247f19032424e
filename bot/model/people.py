"""Workspaces and the people in them."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.model.columns import Instant


class Tenant(SQLModel, table=True):
    """A Slack workspace, a Teams organisation, or a sample workspace. One never sees another's data."""

    __table_args__ = (UniqueConstraint("platform", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    """One of demo, slack, teams."""
    external_id: str
    """Its own id on that platform."""
    name: str = ""
    bot_user_id: str | None = None
    """The mentor's own user id there, for telling mentions from names."""
    created_at: datetime = Field(sa_type=Instant)


class Member(SQLModel, table=True):
    """Somebody who has written to the mentor."""

    __table_args__ = (UniqueConstraint("tenant_id", "user_id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenant.id", index=True)
    user_id: str
    """The person's own id on the platform."""
    reference: str = ""
    """What the platform needs to reach the person (a direct-message channel, a conversation reference)."""
    zone: str | None = None
    """IANA name; None until the platform or the member says."""
    locale: str = "en"
    step: int | None = None
    """The current step, kept by `bot.mentoring.progress` whenever it records; None until placed."""
    welcomed_at: datetime | None = Field(default=None, sa_type=Instant)
    last_active_at: datetime | None = Field(default=None, sa_type=Instant)
    """The member's last use of the mentor, by the calendar clock: any use counts as being alive."""
    created_at: datetime = Field(sa_type=Instant)
