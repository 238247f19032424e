"""The frozen types of a pack: what a content editor may write in the files of one career and one language.

`content.library` builds them from files; every other floor only reads them. Word limits live here, so that an
editor is told about a long line by `preceptor content check` and never by a member's clipped message.
"""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

StepNumber = Annotated[int, Field(ge=1, le=7)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[^\s]+$", max_length=500)]


def _at_most(words: int) -> AfterValidator:
    def check(text: str) -> str:
        count = len(text.split())
        if count > words:
            raise ValueError(f"has {count} words; at most {words} fit where it is shown")
        return text

    return AfterValidator(check)


# A weekly message holds 60 words: heading 7, title 7, sentence 20, remarks 6, suggestion 14, footer 6.
Title = Annotated[Prose, _at_most(7)]
Sentence = Annotated[Prose, _at_most(20)]
Line = Annotated[Prose, _at_most(14)]
Detail = Annotated[Prose, _at_most(90)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Label(StrEnum):
    """How well a fact is known. Nothing in the shipped packs is `confirmed`."""

    CONFIRMED = "confirmed"
    """Confirmed with the issuer, on the date given."""
    READ = "read"
    """Read on the issuer's own page; the date is the page's own, or "undated"."""
    THIRD_PARTY = "third-party"
    """Said by somebody other than the issuer."""


class Source(_Frozen):
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


class Smaller(_Frozen):
    """A version of an action that fits a bad week."""

    do: Sentence
    minutes: Annotated[int, Field(ge=2, le=10)]


class Action(_Frozen):
    """Something a member can finish in one sitting, once."""

    id: Slug
    title: Title
    do: Sentence
    """The one thing to do, as the weekly message says it."""
    how: Detail
    """How to go about it, shown on More."""
    minutes: Annotated[int, Field(ge=10, le=30)]
    evidence: Sentence
    """What the member holds in hand afterwards."""
    smaller: Smaller
    permission: Literal["none", "manager"]
    """`manager`: needs the manager's yes first, and every message says so."""
    patient_data: Literal["none", "training-only"]
    """`training-only`: uses an EHR's training environment. No action ever opens real patient data."""
    shareable: bool = True
    """False where doing it shows a job search (all of step 6): a manager never sees it."""
    sources: tuple[Source, ...] = ()


class Practice(Action):
    """An action that may come back, for those who have done their step's actions."""

    steps: Annotated[tuple[StepNumber, ...], Field(min_length=1)]
    """The steps it fits."""
    gap_weeks: Annotated[int, Field(ge=4, le=52)]
    """Weeks before it may return."""


class Milestone(_Frozen):
    """What takes months or years. It runs beside the actions and never blocks a step."""

    id: Slug
    title: Title
    about: Detail
    usual: Prose
    """How long it usually takes, in words."""
    evidence: Sentence
    ends_programme: bool = False
    """True for "I got the job": it brings the warm ending and moves the member to step 7."""
    sources: Sources


class Link(_Frozen):
    title: Prose
    url: Url
    sources: tuple[Source, ...] = ()


class Step(_Frozen):
    """One of the seven steps of the roadmap."""

    number: StepNumber
    title: Title
    short: Annotated[Prose, _at_most(3)]
    """The title where room is scarce ("Experience")."""
    purpose: Detail
    done_when: Detail
    """What a member can show when the step is behind them."""
    links: Annotated[tuple[Link, ...], Field(min_length=1)]
    actions: Annotated[tuple[Action, ...], Field(min_length=6, max_length=10)]
    milestones: Annotated[tuple[Milestone, ...], Field(min_length=1)]
    sources: Sources


class Faq(_Frozen):
    """One question with its own answer, found by `content.search`."""

    id: Slug
    step: Annotated[int, Field(ge=0, le=7)] | Literal["bot"]
    """0: the career as a whole; "bot": about the mentor itself."""
    question: Prose
    phrasings: Annotated[tuple[Prose, ...], Field(min_length=15, max_length=25)]
    """The question as people type it."""
    answer: Prose
    """Markdown: paragraphs, `- ` lists, **bold**, `commands` and [links](https://…)."""
    see_also: tuple[Slug, ...] = ()
    sources: Sources


class Outside(_Frozen):
    """A kind of question the mentor never answers (law, a clinical question, IT trouble), with its own kind reply."""

    id: Slug
    phrasings: Annotated[tuple[Prose, ...], Field(min_length=10)]
    reply: Prose


class Suggestion(_Frozen):
    """A networking idea: an association, an event, a conversation to seek."""

    id: Slug
    kind: Literal["association", "event", "conversation", "community", "habit"]
    steps: Annotated[tuple[StepNumber, ...], Field(min_length=1)]
    """The steps it fits."""
    line: Line
    """As it stands in a weekly message."""
    how: Detail
    """With a script where words help."""
    gap_weeks: Annotated[int, Field(ge=4, le=52)]
    sources: tuple[Source, ...] = ()


class Resource(_Frozen):
    id: Slug
    title: Prose
    url: Url
    about: Sentence
    sources: Sources


class ResourceHeading(_Frozen):
    id: Slug
    title: Prose
    entries: Annotated[tuple[Resource, ...], Field(min_length=5)]


class Choice(_Frozen):
    id: Slug
    text: Annotated[Prose, StringConstraints(max_length=70)]


class Question(_Frozen):
    id: Slug
    text: Sentence
    choices: Annotated[tuple[Choice, ...], Field(min_length=2, max_length=5)]


class MetWhen(_Frozen):
    """A step counts as met when any of `any_of` is wholly true: each maps a question to the choices that satisfy it."""

    step: StepNumber
    any_of: Annotated[tuple[dict[Slug, tuple[Slug, ...]], ...], Field(min_length=1)]
    because: Sentence
    """Told to the member: "You already …"."""


class Placement(_Frozen):
    """Six questions. The member starts on the first step that is not met; a step without a rule is never met."""

    questions: Annotated[tuple[Question, ...], Field(min_length=6, max_length=6)]
    met_when: tuple[MetWhen, ...]
    straight_to: tuple[MetWhen, ...] = ()
    """Rules that decide at once, in order ("I already am the manager" → step 7)."""


class Credential(_Frozen):
    """A credential and who grants it; the checker refuses a sentence that gives it to somebody else."""

    name: Prose
    issuer: Prose
    """The issuer as short text names it ("PAHCOM")."""
    also: tuple[Prose, ...] = ()
    """Other names of the issuer that a sentence may use."""


class Terms(_Frozen):
    """Words of the trade that a reading-grade formula would count against the writer, and credentials' issuers."""

    subject_terms: tuple[Prose, ...]
    credentials: tuple[Credential, ...]
    never: tuple[Prose, ...] = ()
    """Words no text may contain ("HIPAA compliant", "streak")."""
    synonyms: tuple[tuple[Prose, ...], ...] = ()
    """Groups of words people use for the same thing ("boss", "supervisor"); `content.search` treats them as one."""


class Pack(_Frozen):
    """One career in one language, whole and checked."""

    name: Slug
    locale: Literal["en", "es"]
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    career: Prose
    """The job at the end of the roadmap, as it stands in a sentence."""
    action_gap_weeks: Annotated[int, Field(ge=2, le=26)]
    """Weeks before an action that was offered and not done may be offered again."""
    steps: Annotated[tuple[Step, ...], Field(min_length=7, max_length=7)]
    practices: Annotated[tuple[Practice, ...], Field(min_length=1)]
    """For those who have done their step's actions."""
    faqs: tuple[Faq, ...]
    outside: tuple[Outside, ...]
    suggestions: tuple[Suggestion, ...]
    resources: Annotated[tuple[ResourceHeading, ...], Field(min_length=5, max_length=5)]
    placement: Placement
    terms: Terms

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Its name is enough: whoever writes down what holds a pack (asyncio does) would write down all of it."""
        return (("name", self.name), ("locale", self.locale))
