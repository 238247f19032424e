"""Workspaces and the people in them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.model.columns import Instant


class Organisation(SQLModel, table=True):
    """What stands above workspaces: one for each workspace until an operator declares otherwise."""

    id: int | None = Field(default=None, primary_key=True)
    name: str = ""
    created_at: datetime = Field(sa_type=Instant)


class Tenant(SQLModel, table=True):
    """A Slack workspace, a Teams organisation, or a sample workspace. One never sees another's data."""

    __table_args__ = (UniqueConstraint("platform", "external_id"),)

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    """One of demo, slack, teams."""
    external_id: str
    """Its own id on that platform."""
    name: str = ""
    enterprise_id: str | None = None
    """The organization it belongs to, where one installed the mentor for all of its workspaces."""
    bot_user_id: str | None = None
    """The mentor's own user id there, for telling mentions from names."""
    left_at: datetime | None = Field(default=None, sa_type=Instant, index=True)
    """When the mentor was removed there, by the calendar clock: nothing is sent any more, and all is erased later."""
    quiet_from: int | None = None
    """Local minutes after midnight at which nothing may come any more; None: the mentor's own quiet hours."""
    quiet_to: int | None = None
    """Local minutes after midnight from which messages may come again."""
    organisation_id: int | None = Field(default=None, foreign_key="organisation.id")
    """None only where a program older than organisations made the row: then it is one of its own."""
    cohort_makers: list[str] | None = Field(default=None, sa_type=JSON)
    """The people who may create cohorts, by their own ids; None for everybody."""
    cohorts_locked: bool | None = None
    """True: managers see figures alone, and nobody's row."""
    ce_rules: list[dict[str, Any]] | None = Field(default=None, sa_type=JSON)
    """The workspace's own rules of trainings that come back, as `bot.mentoring.ce_own_rules` has them."""
    created_at: datetime = Field(sa_type=Instant)


class ClosedDays(SQLModel, table=True):
    """Days on which a workspace wants no message: a holiday, or dates its administrator blacked out."""

    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenant.id", index=True)
    first_day: date
    last_day: date
    """The last day without messages, itself included."""
    name: str = ""
    """What the administrator calls it ("Thanksgiving", "moving the office")."""


class Member(SQLModel, table=True):
    """Somebody who has written to the mentor."""

    __table_args__ = (UniqueConstraint("tenant_id", "user_id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenant.id", index=True)
    user_id: str
    """The person's own id on the platform."""
    name: str | None = None
    """What the platform calls them, made tidy by `bot.mentoring.display_names`; None until it says. Never logged."""
    reference: str = ""
    """What the platform needs to reach the person (a direct-message channel, a conversation reference)."""
    zone: str | None = None
    """IANA name; None until the platform or the member says."""
    zone_is_own: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    """The member chose it, so the platform's no longer moves it."""
    locale: str = "en"
    step: int | None = None
    """The current step, kept by `bot.mentoring.progress` whenever it records; None until placed."""
    stage_before: int | None = None
    """The step as others would have seen it before it last changed to their eyes; None for no change so far."""
    stage_moved_at: datetime | None = Field(default=None, sa_type=Instant)
    """When that was, by the calendar clock."""
    site: str | None = None
    """The clinic or office, as the member calls it."""
    region: str | None = None
    welcomed_at: datetime | None = Field(default=None, sa_type=Instant)
    home_opened_at: datetime | None = Field(default=None, sa_type=Instant)
    """When they first opened the mentor's page in Slack, by the machine's clock: from then on it is kept up to date."""
    written_to_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the last unasked message to them set off, by the machine's clock: one at a time, a second apart."""
    last_active_at: datetime | None = Field(default=None, sa_type=Instant)
    """The member's last use of the mentor, by the calendar clock: any use counts as being alive."""
    deactivated_at: datetime | None = Field(default=None, sa_type=Instant)
    """Since when the person is left alone (their account is closed, they blocked the mentor or removed it), by the
    calendar clock; None while they may be written to."""
    deactivated_why: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Why they are left alone, as a delivery is skipped; empty for a closed account."""
    dnd_from: datetime | None = Field(default=None, sa_type=Instant)
    """When the "do not disturb" that runs now, or comes next, begins, as far as the platform told; by the calendar."""
    dnd_until: datetime | None = Field(default=None, sa_type=Instant)
    """When it ends."""
    dnd_asked_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the platform was last asked about it, or told of it, by the machine's clock."""
    created_at: datetime = Field(sa_type=Instant)
