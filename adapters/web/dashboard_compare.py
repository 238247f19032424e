"""The tables of a comparison of cohorts. Used by `adapters.web.dashboard_pages`; a cell is empty where too few are
counted for a figure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.mentoring.cohort_comparing import Compared, Comparison
from bot.mentoring.cohort_dates import SOON
from bot.mentoring.cohort_view import Figures
from bot.mentoring.cohort_words import stage_words
from bot.mentoring.outcomes import KINDS
from bot.mentoring.stages import LATER
from content.wording import Wording


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: those on one step."""

    stage: int
    left: float
    width: float
    """Per cent of the bar."""


@dataclass(frozen=True, slots=True)
class Line:
    """One cohort or place."""

    label: str
    cohort_id: int | None
    parts: tuple[Part, ...]
    steps: str
    """What the bar says, in words."""
    cells: tuple[tuple[str, str], ...]
    """Heading and words."""


@dataclass(frozen=True, slots=True)
class Compare:
    """One table."""

    name: str
    title: str
    headings: tuple[str, ...]
    lines: tuple[Line, ...]


def compared(say: Wording, comparison: Comparison) -> tuple[Compare, ...]:
    """The tables that have lines; the last line of the first is all cohorts together."""
    whole = Compared(say("dashboard.compare.whole"), comparison.whole)
    found = (
        ("cohorts", (*comparison.cohorts, whole)),
        ("regions", comparison.regions),
        ("sites", comparison.sites),
    )
    return tuple(_table(say, name, lines) for name, lines in found if lines)


def _table(say: Wording, name: str, lines: Sequence[Compared]) -> Compare:
    drawn = tuple(_line(say, each) for each in lines)
    headings = (
        say(f"dashboard.compare.{name}.column"),
        say("cohorts.cut.steps"),
        *(name for name, _ in drawn[0].cells),
    )
    return Compare(name, say(f"dashboard.compare.{name}.title"), headings, drawn)


def _line(say: Wording, compared: Compared) -> Line:
    figures = compared.figures
    counts = [(stage, figures.steps.get(stage, 0)) for stage in range(1, LATER + 1)]
    words = ", ".join(
        say("cohorts.cut.at", number=number, step=stage_words(say, stage)) for stage, number in counts if number
    )
    cells = tuple((say(f"dashboard.compare.{name}", days=SOON), told) for name, told in _cells(say, figures))
    return Line(compared.label, compared.cohort_id, _parts(counts, figures.step_of), words, cells)


def _parts(counts: Sequence[tuple[int, int]], of: int) -> tuple[Part, ...]:
    parts, left = [], 0.0
    for stage, number in counts:
        if number:
            width = round(100 * number / of, 2)
            parts.append(Part(stage, round(left, 2), width))
            left += width
    return tuple(parts)


def _cells(say: Wording, figures: Figures) -> tuple[tuple[str, str], ...]:
    came = sum(figures.outcomes.get(kind, 0) for kind in KINDS)
    return (
        ("moved", _rate(say, figures.moved, figures.step_of)),
        ("current", _rate(say, figures.current, figures.activity_of)),
        ("soon", str(figures.soon) if figures.ce_of else ""),
        ("outcomes", say("cohorts.rate.by", number=came, of=figures.outcomes_of) if figures.outcomes_of else ""),
    )


def _rate(say: Wording, number: int, of: int) -> str:
    return say("cohorts.rate", number=number, of=of) if of else ""
