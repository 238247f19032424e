"""The conversations of Microsoft Teams in which the mentor is installed. For the Teams adapter alone."""

from datetime import datetime

from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.model.columns import Instant


class TeamsConversation(SQLModel, table=True):
    """One personal conversation, group chat, or channel, and how it is reached."""

    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    tenant_id: int = Field(foreign_key="tenant.id", index=True)
    member_id: int | None = Field(default=None, foreign_key="member.id", index=True)
    """Whose personal conversation it is; None for those of several people."""
    name: str
    """What there is one of: "personal:" and the person's own id, or the id of the group chat or channel."""
    place: str
    """One of personal, groupChat, channel."""
    conversation: str = ""
    """Its id; empty while it is being opened."""
    service_url: str = ""
    """Where it is answered."""
    bot: str = ""
    """The mentor's own Teams id there."""
    teams_id: str = ""
    """The person's Teams id, in a personal one."""
    team: str = ""
    """The team's id, in a channel."""
    opening_until: datetime | None = Field(default=None, sa_type=Instant)
    """Until then (machine's clock) somebody opens it with Teams, and nobody else does."""
    seen_at: datetime = Field(sa_type=Instant)
    """When it was kept or last changed, by the machine's clock."""
