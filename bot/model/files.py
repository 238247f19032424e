"""Files that were offered and may still be fetched. Written and read by `bot.mentoring.handing_over` alone."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from bot.model.columns import Instant


class FileOffer(SQLModel, table=True):
    """A way to one file for one person, used once: a link, or the card on which Teams asks for their consent."""

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    name: str
    """What the file is called."""
    recipe: str
    """What to make, when it is taken: nothing is made before."""
    token_hash: str = Field(unique=True)
    expires_at: datetime = Field(sa_type=Instant)
    """By the calendar clock."""
