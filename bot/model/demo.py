"""What the sample workspace's members have received: the playground's inbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from bot.model.columns import Instant


class DemoMessage(SQLModel, table=True):
    """A message that the demo platform took. `key` is the delivery's, so that a test can count repeats."""

    id: int | None = Field(default=None, primary_key=True)
    member_id: int = Field(foreign_key="member.id", index=True)
    key: str = Field(index=True)
    at: datetime = Field(sa_type=Instant)
    """By the calendar clock."""
    message: dict[str, Any] = Field(sa_type=JSON)
    """The message as each platform would have it, as `adapters.web.inbox.drawn` makes it."""
