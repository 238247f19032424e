"""What every part of a pack is made of: texts of a stated length, and sources with their honest labels. The types of
`content.pack` and `content.credentials` build on it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=500)]


def at_most(words: int) -> AfterValidator:
    """A text of at most so many words."""

    def check(text: str) -> str:
        count = len(text.split())
        if count > words:
            raise ValueError(f"has {count} words; at most {words} fit where it is shown")
        return text

    return AfterValidator(check)


# A weekly message holds 60 words: heading 7, title 7, sentence 20, remarks 6, suggestion 14, footer 6.
Title = Annotated[Prose, at_most(7)]
Sentence = Annotated[Prose, at_most(20)]
Line = Annotated[Prose, at_most(14)]
Detail = Annotated[Prose, at_most(90)]


class Frozen(BaseModel):
    """What a pack is made of: unknown fields are refused, and nothing changes once it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(StrEnum):
    """How well a fact is known. Nothing in the shipped packs is `confirmed`."""

    CONFIRMED = "confirmed"
    """Confirmed with the issuer, on the date given."""
    READ = "read"
    """Read on the issuer's own page; the date is the page's own, or "undated"."""
    THIRD_PARTY = "third-party"
    """Said by somebody other than the issuer."""


class Source(Frozen):
    """Where a fact was read. The product itself is the only source that carries no label."""

    name: Prose
    url: Url | None = None
    label: Label | None = None
    date: Prose | None = None
    """The source's own date as far as it is known ("2026-06-24", "2019", "after 2020"), or "undated"."""

    @model_validator(mode="after")
    def _labelled(self) -> Self:
        if self.name == PRODUCT:
            if self.label or self.date or self.url:
                raise ValueError(f"the source {PRODUCT!r} carries no url, label or date")
            return self
        if self.label is None or self.date is None:
            raise ValueError("needs a label (confirmed, read or third-party) and the source's own date, or 'undated'")
        if self.label is Label.CONFIRMED:
            _require_day(self.date)
        return self


def _require_day(text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("a fact labelled 'confirmed' needs the day it was confirmed, as 2026-11-30") from None


PRODUCT = "Preceptor"
"""The source of what the mentor says about itself."""

Sources = Annotated[tuple[Source, ...], Field(min_length=1)]
