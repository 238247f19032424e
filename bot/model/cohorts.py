"""Groups of learners and what each member shares with the group's managers. Written by `bot.mentoring.cohorts` and its
kin; what a viewer may know of it is decided in `bot.mentoring.cohort_view` alone.
"""

from datetime import date, datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.model.columns import Instant

_OWNER = text("is_owner")
_DUE = text("digest_at IS NOT NULL")


class Cohort(SQLModel, table=True):
    """A group of learners in one workspace, or of those of one organisation."""

    __table_args__ = {"sqlite_autoincrement": True}  # buttons name it, so its id must never be given twice

    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenant.id", index=True)
    name: str
    created_at: datetime = Field(sa_type=Instant)
    """By the calendar clock."""
    archived_at: datetime | None = Field(default=None, sa_type=Instant)
    """By the calendar clock; None while it runs. Nobody sees anything of an archived one."""
    spans: bool | None = None
    """True: people of the other workspaces of its organisation may be in it too."""


class CohortManager(SQLModel, table=True):
    """Somebody who sees what a cohort's members share. Each cohort has one owner, who is a manager too."""

    __table_args__ = (
        Index("ix_cohortmanager_owner", "cohort_id", unique=True, sqlite_where=_OWNER, postgresql_where=_OWNER),
        Index("ix_cohortmanager_due", "digest_at", sqlite_where=_DUE, postgresql_where=_DUE),
    )

    cohort_id: int = Field(foreign_key="cohort.id", primary_key=True, ondelete="CASCADE")
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    is_owner: bool = False
    since: datetime = Field(sa_type=Instant)
    """By the calendar clock."""
    digest_at: datetime | None = Field(default=None, sa_type=Instant)
    """When the next weekly digest falls due, by the calendar clock; None for no digests."""


class CohortInvitation(SQLModel, table=True):
    """A way into a cohort: a code for many, a code for one, or an invitation of one person. It lapses silently."""

    __table_args__ = (UniqueConstraint("cohort_id", "invited_id"), {"sqlite_autoincrement": True})

    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    kind: str
    """One of `bot.mentoring.cohort_codes.Kind`."""
    code_hash: str | None = Field(default=None, unique=True)
    """The code itself is shown once and kept nowhere; None for an invitation of a person."""
    invited_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    invited_by: int = Field(foreign_key="member.id", index=True)
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)
    """By the calendar clock, like all instants here."""
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    """When a code for one was used."""
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    """When another code took its place."""


class JoinTry(SQLModel, table=True):
    """A code that was no way in: a person may try a few times an hour. Gone after that hour."""

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    at: datetime = Field(sa_type=Instant)
    """By the calendar clock."""


class CohortMembership(SQLModel, table=True):
    """Somebody in a cohort. The row of one who left stays, without anything shared: figures must remember who was in
    them (DECISIONS.md, "Figures are made of batches").
    """

    cohort_id: int = Field(foreign_key="cohort.id", primary_key=True, ondelete="CASCADE")
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    joined_at: datetime = Field(sa_type=Instant)
    left_at: datetime | None = Field(default=None, sa_type=Instant)
    """By the calendar clock; None while they are in it."""
    hears: bool = True
    """Congratulations and offers of a talk may come; `stop` ends them."""


class CohortShare(SQLModel, table=True):
    """One field that a member shares, or once did."""

    __table_args__ = (Index("ix_cohortshare_field", "cohort_id", "field", "member_id", "batch_id", "since"),)

    cohort_id: int = Field(foreign_key="cohort.id", primary_key=True, ondelete="CASCADE")
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)
    field: str = Field(primary_key=True)
    """One of `bot.mentoring.cohort_rows.Shared`."""
    since: datetime | None = Field(default=None, sa_type=Instant)
    """By the calendar clock; None: not shared (any more)."""
    batch_id: int | None = Field(default=None, foreign_key="cohortbatch.id", index=True, ondelete="SET NULL")
    """The batch of people whom the figures count together; None while this one waits for others."""
    was_counted: bool = False
    """Has been in a figure before, so counts as nobody new."""


class CohortBatch(SQLModel, table=True):
    """People who came into the figures of one field together, and go out of them together."""

    __table_args__ = {"sqlite_autoincrement": True}

    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    field: str
    size: int
    """How many were counted. When fewer are left, the whole batch is."""
    region: str = ""
    site: str = ""
    """Where all of them are; empty for a batch of people from anywhere."""


class Outcome(SQLModel, table=True):
    """What came of it, as the member reports: enrolled, passed, promoted, kept a credential."""

    member_id: int = Field(foreign_key="member.id", primary_key=True)
    kind: str = Field(primary_key=True)
    """One of `bot.mentoring.outcomes.KINDS`."""
    day: date
    """The member's own day on which they said so."""


class Look(SQLModel, table=True):
    """Somebody looked at one page of a cohort within one hour."""

    __table_args__ = (UniqueConstraint("cohort_id", "viewer_id", "page", "hour"),)

    id: int | None = Field(default=None, primary_key=True)
    cohort_id: int = Field(foreign_key="cohort.id", index=True, ondelete="CASCADE")
    viewer_id: int = Field(foreign_key="member.id", index=True)
    page: str
    """What was looked at: "chat", "list", "member", "file"."""
    hour: datetime = Field(sa_type=Instant)
    """The hour in which, by the calendar clock, in UTC."""


class LookPerson(SQLModel, table=True):
    """A member who was shown in it."""

    look_id: int = Field(foreign_key="look.id", primary_key=True, ondelete="CASCADE")
    member_id: int = Field(foreign_key="member.id", primary_key=True, index=True)


class SignInLink(SQLModel, table=True):
    """A link from chat to the pages of one person: a few minutes, and used once."""

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)
    """By the calendar clock."""


class WebSession(SQLModel, table=True):
    """Somebody who has signed in to the pages. Gone when they sign out."""

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)
    """By the calendar clock."""
