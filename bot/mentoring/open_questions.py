"""Questions that found no answer or the wrong one, kept redacted and without a name for the content editor."""

from bot.model.questions import OpenQuestion
from bot.visit import Visit
from content.patient_data import redact


async def keep(visit: Visit, question: str, *, answered_with: str = "") -> None:
    """Keep a question; the conversation has already refused what looks like patient data."""
    visit.session.add(
        OpenQuestion(
            locale=visit.pack.locale,
            redacted=redact(question)[:500],
            answered_with=answered_with,
            asked_at=visit.now,
        )
    )
