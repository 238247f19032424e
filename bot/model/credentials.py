"""Continuing education: the credentials members hold, the courses they log, and what they chose about alerts."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from bot.model.columns import Instant


class HeldCredential(SQLModel, table=True):
    """A credential, or a training that comes back, that a member keeps here."""

    __table_args__ = (
        Index("ix_heldcredential_rule", "rule_id", "rule_version"),
        {"sqlite_autoincrement": True},  # its id stands in the ledger, so it must never be given twice
    )

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    rule_id: str
    """The rule in the pack."""
    rule_version: int
    """The version of the rule that the member has seen."""
    earned: date | None = None
    expires: date | None = None
    """As printed on the certificate; it always wins."""
    dues_month: int | None = None
    """1 to 12, where the period hangs on the month in which dues are due."""
    own_required: int | None = None
    """Hundredths that the issuer told the member; takes the place of the rule's number."""
    added_at: datetime = Field(sa_type=Instant)
    """By the calendar clock."""
    removed_at: datetime | None = Field(default=None, sa_type=Instant)


class LoggedCourse(SQLModel, table=True):
    """One course, and what it gave for each credential. No files: the certificate stays with the member."""

    __table_args__ = {"sqlite_autoincrement": True}  # its id stands in buttons, so it must never be given twice

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    day: date
    """The member's local day."""
    title: str
    amounts: dict[str, int] = Field(sa_type=JSON)
    """Rule → hundredths of its own unit."""
    kinds: list[str] = Field(default_factory=list, sa_type=JSON)
    """The member's words for it ("live"), which each rule reads in its own way."""
    provider: str = ""
    index_number: str = ""
    link: str = ""
    logged_at: datetime = Field(sa_type=Instant)
    """By the calendar clock."""
    removed_at: datetime | None = Field(default=None, sa_type=Instant)
    """Deleted, or replaced by a corrected row; it can be brought back for a while."""
    replaces: int | None = None
    """The row that this one corrects."""


class AlertPlan(SQLModel, table=True):
    """A member's own choice about CE alerts. Off until they say yes; no row means off."""

    __table_args__ = (
        Index(
            "ix_alertplan_due",
            "next_due_at",
            sqlite_where=text("next_due_at IS NOT NULL"),
            postgresql_where=text("next_due_at IS NOT NULL"),
        ),
    )

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    is_on: bool = False
    opted_in_at: datetime | None = Field(default=None, sa_type=Instant)
    """By the calendar clock."""
    minute: int | None = None
    """Local minutes after midnight; None: the hour of the weekly note, or noon."""
    days: list[list[str]] = Field(default_factory=list, sa_type=JSON)
    """The member's local days of the alerts to come, each with the day from which it would come too late."""
    last_day: date | None = None
    """The last such day that was planned."""
    next_due_at: datetime | None = Field(default=None, sa_type=Instant)
    """The instant of the first of `days`, in UTC; None when nothing is to come."""


class RuleVersion(SQLModel, table=True):
    """What a credential's rule said in a version that members have seen: what a newer one changes is told by it."""

    rule_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    rule: dict[str, Any] = Field(sa_type=JSON)
    """As `content.credentials.CredentialRule` has it."""


class CalendarFeed(SQLModel, table=True):
    """The secret address of a member's calendar. Turned off, its row is gone."""

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    token_hash: str = Field(unique=True)
    """The address itself is shown once and kept nowhere."""
    made_at: datetime = Field(sa_type=Instant)
    """By the calendar clock."""
