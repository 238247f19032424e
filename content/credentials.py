"""The frozen types of a credential's rule: what a content editor may write in `credentials/<id>.yaml` about how a
credential is kept. `content.library` builds them, and `bot.mentoring` reckons with them.

Every number names where it was read. What was not found is written `null` ("not found, ask the issuer"), never 0.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from content.sourced import Detail, Frozen, Prose, Sentence, Slug, Source, Url

Amount = Annotated[Decimal, Field(gt=0, le=1000, decimal_places=2)]
AmountOrNone = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]
"""A number that a source may state to be 0 ("nothing carries over")."""
Months = Annotated[int, Field(ge=1, le=120)]
MonthAndDay = Annotated[str, StringConstraints(pattern=r"^(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z]+(-[a-z]+)*$", max_length=30)]
Unit = Literal["hour", "ceu", "contact-hour", "nha-credit", "point", "credit", "completion"]
"""What an issuer counts in. One is never turned into another by itself."""


class Cited(Frozen):
    """Something that one or more of the rule's sources say."""

    said_by: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """Names in the rule's `sources`."""


class Number(Cited):
    """An amount in the rule's own unit."""

    amount: Amount


class Anchor(StrEnum):
    """What a period hangs on."""

    ANNIVERSARY = "anniversary"
    """The day the credential was earned, every so many months."""
    MONTH_END = "month-end"
    """The end of the month in which it was earned, every so many months."""
    CALENDAR_YEAR = "calendar-year"
    """1 January to 31 December."""
    COMMON_BLOCK = "common-block"
    """The same published block of years for everybody."""
    FIXED_DAY = "fixed-day"
    """A day of the year (31 May) in the year that stands on the certificate."""
    MEMBERSHIP_MONTH = "membership-month"
    """The month in which dues fall due: in odd years where the month's number is odd, else in even ones."""
    LAST_DONE = "last-done"
    """The last time it was done (a yearly training)."""
    OWN = "own"
    """Nobody states one: only a day that the member enters."""


class Cycle(Cited):
    """The period in which credits are earned."""

    anchor: Anchor
    months: Months | None
    """null: not found."""
    says: Sentence
    """The period in words."""
    first_day: date | None = None
    """Of a common block: the first day of one that was published."""
    published_until: date | None = None
    """Of a common block: the last day anybody published; blocks after it are inferred, and said to be."""
    day: MonthAndDay | None = None
    """Of a fixed day, as 05-31."""
    first_at_least: Months | None = None
    """Of a calendar year: the first period lasts at least so many months."""
    days: Annotated[int, Field(ge=1, le=4000)] | None = None
    """Of what was last done: no more days than this, where they end earlier than the months."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = {
            Anchor.COMMON_BLOCK: ("first_day", "months"),
            Anchor.FIXED_DAY: ("day",),
            Anchor.CALENDAR_YEAR: ("months",),
            Anchor.MEMBERSHIP_MONTH: ("months",),
            Anchor.LAST_DONE: ("months",),
        }
        for name in needed.get(self.anchor, ()):
            if getattr(self, name) is None:
                raise ValueError(f"a period with the anchor {self.anchor} needs `{name}`")
        whole_years = self.anchor in (Anchor.CALENDAR_YEAR, Anchor.FIXED_DAY, Anchor.MEMBERSHIP_MONTH)
        if whole_years and self.months is not None and self.months % 12:
            raise ValueError(f"a period with the anchor {self.anchor} lasts whole years: 12 months, 24 …")
        if self.anchor is Anchor.OWN and self.months is not None:
            raise ValueError("a period with the anchor own has no length of its own; write `months: null`")
        return self


class Part(Frozen):
    """A kind of credit with a least, a most, or both; parts within it count towards it too."""

    id: Word
    """The word a member logs it by ("live")."""
    name: Prose
    also: tuple[Word, ...] = ()
    """Other words for it."""
    least: Number | None = None
    most: Number | None = None
    otherwise: bool = False
    """Where credits go that no word puts elsewhere. One of each list."""
    parts: tuple["Part", ...] = ()

    def walk(self) -> Iterator["Part"]:
        """This part and all within it."""
        yield self
        for part in self.parts:
            yield from part.walk()


class Split(Frozen):
    """One way to cut the credits of a period: by subject, by who gave them."""

    by: Slug
    parts: Annotated[tuple[Part, ...], Field(min_length=2)]


class ProrationStep(Frozen):
    """What is asked of those certified in a month of the period, up to and including `until_month` (1 is the first)."""

    until_month: Annotated[int, Field(ge=1, le=120)]
    amount: AmountOrNone


class Proration(Cited):
    """The first period of somebody who came later. Without a table the numbers were not found."""

    says: Sentence
    table: tuple[ProrationStep, ...] = ()


class CarryOver(Cited):
    """What a surplus does for the next period."""

    most: AmountOrNone
    """0: the source says that nothing carries over."""


class Grace(Cited):
    """What may still be done after the last day."""

    days: Annotated[int, Field(ge=1, le=400)]
    says: Sentence


class Condition(Cited):
    """Something beyond credits that keeps the credential."""

    kind: Literal["membership", "fee", "volunteering", "retest", "approval", "evidence", "notice", "other"]
    says: Sentence


class Reading(Cited):
    """What one page says where an issuer's pages differ."""

    says: Sentence
    amount: Amount | None = None
    months: Months | None = None
    superseded: bool = False
    """An older page that a newer one replaced; the default need not meet it."""


class Conflict(Frozen):
    """Pages that differ, and what we reckon with: a default that meets every reading that may hold."""

    about: Prose
    readings: Annotated[tuple[Reading, ...], Field(min_length=2)]
    default: Sentence


class UnitNote(Cited):
    """How the issuer counts its unit. Shown, and never used to convert."""

    says: Sentence


class CredentialRule(Frozen):
    """How one credential, or one training an employer asks for, is kept."""

    id: Slug
    version: Annotated[int, Field(ge=1)]
    """Goes up with every change of a number; members who hold it are then told."""
    read_on: date
    """When we last read the sources."""
    name: Prose
    short: Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=24)]
    """As people say it ("CMM")."""
    also: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)], ...] = ()
    """Other words a member may type for it."""
    issuer: Prose
    url: Url | None
    """null for what a workplace asks for itself."""
    is_training: bool = False
    """A training that an employer or a law asks for, not a credential."""
    unit: Unit
    unit_note: UnitNote | None = None
    required: Number | None
    """Credits of one period; null: not found."""
    pool: Slug | None = None
    """Credentials of one pool share their credits and a total for all of them."""
    totals: tuple[Number, ...] = ()
    """The total for two credentials of the pool, for three …; the last holds for all above."""
    splits: Annotated[tuple[Split, ...], Field(max_length=2)] = ()
    cycle: Cycle
    carry_over: CarryOver | None = None
    """null: not found."""
    proration: Proration | None = None
    grace: Grace | None = None
    conditions: tuple[Condition, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    caution: Detail | None = None
    """Why a member should ask the issuer first, in words."""
    sources: Annotated[dict[Slug, Source], Field(min_length=1)]

    def parts(self) -> Iterator[Part]:
        """Every part of every split."""
        for split in self.splits:
            for part in split.parts:
                yield from part.walk()
