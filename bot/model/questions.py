"""Questions that found no answer or a wrong one, redacted, for the content editor."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from bot.model.columns import Instant


class OpenQuestion(SQLModel, table=True):
    """Carries no member: an editor needs the question, not the person."""

    id: int | None = Field(default=None, primary_key=True)
    locale: str
    redacted: str
    """Names and numbers masked; texts that look like patient data are not kept at all."""
    answered_with: str = ""
    """The answer the member called wrong; empty where nothing was found."""
    asked_at: datetime = Field(sa_type=Instant)
