"""The charts of a cohort that run over time: who moved on week by week, and certificates that end month by month. Used
by `adapters.web.dashboard_pages`; made of figures alone, so of whole batches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from bot.mentoring.cohort_trend import Week
from bot.mentoring.cohort_view import Figures
from content.wording import Wording

MONTHS = 12
"""Months ahead that are shown, this one included."""
TOP, GROUND, HEIGHT = 24, 184, 216
"""Pixels from the top of a chart to its highest line, to its ground, and to its end."""
LEFT, RIGHT = 8.0, 98.0
"""Per cent of the width between which it is drawn; the scale stands to the left."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One week or month."""

    label: str
    """Below the ground; empty where the next one would touch it."""
    name: str
    number: int
    words: str
    """What it says in the table."""
    x: float
    """Per cent of the width."""
    y: int


@dataclass(frozen=True, slots=True)
class TimeChart:
    """A line, or columns, over time."""

    name: str
    """Unlike any other on the page."""
    title: str
    point: str
    """What it shows, in a sentence."""
    spots: tuple[Spot, ...]
    scale: tuple[tuple[int, int], ...]
    """Numbers and where their lines stand."""
    headings: tuple[str, str]
    is_line: bool

    height = HEIGHT
    ground = GROUND

    @property
    def left(self) -> float:
        return LEFT

    @property
    def column(self) -> float:
        """How wide a column is, in per cent."""
        return round(0.6 * (RIGHT - LEFT) / max(len(self.spots), 1), 2)

    @property
    def path(self) -> str:
        """The line, on a field that is 100 wide."""
        return " ".join(f"{spot.x},{spot.y}" for spot in self.spots)


def over_time(say: Wording, figures: Figures, weeks: Sequence[Week], today: date) -> tuple[TimeChart, ...]:
    """The charts for which there are figures; `today` is the viewer's own day."""
    found = [_weeks(say, weeks)] if weeks else []
    return (*found, _ends(say, figures, today)) if figures.ce_of else tuple(found)


def _weeks(say: Wording, weeks: Sequence[Week]) -> TimeChart:
    last = weeks[-1]
    spots = [
        (
            format_date(week.monday, "d MMM", locale=say.locale),
            say("dashboard.weeks.week", day=format_date(week.monday, "medium", locale=say.locale)),
            week.moved,
            say("cohorts.rate", number=week.moved, of=week.of),
        )
        for week in weeks
    ]
    point = say.count("dashboard.weeks.point", last.moved, of=last.of)
    return _chart(say, "weeks", point, spots, is_line=True)


def _ends(say: Wording, figures: Figures, today: date) -> TimeChart:
    months = [_month(today, ahead) for ahead in range(MONTHS)]
    spots = [
        (
            format_date(month, "LLL", locale=say.locale),
            format_date(month, "LLLL y", locale=say.locale),
            number := figures.ends.get(month, 0),
            str(number),
        )
        for month in months
    ]
    point = say.count("dashboard.ends.point", sum(each[2] for each in spots), of=figures.ce_of)
    return _chart(say, "ends", point, spots, is_line=False)


def _month(today: date, ahead: int) -> date:
    """The first day of the month that is so many ahead."""
    years, month = divmod(today.month - 1 + ahead, 12)
    return date(today.year + years, month + 1, 1)


def _chart(
    say: Wording, name: str, point: str, told: Sequence[tuple[str, str, int, str]], *, is_line: bool
) -> TimeChart:
    top = _round_top(max(number for _, _, number, _ in told))
    apart_by = 3 if is_line else 2  # "16 Nov" needs more room than "Nov"
    apart = (RIGHT - LEFT) / len(told)
    spots = tuple(
        Spot(
            label if place % apart_by == (len(told) - 2) % apart_by else "",
            full,
            number,
            words,
            round(LEFT + apart * (place + 0.5), 2),
            _height(number, top),
        )
        for place, (label, full, number, words) in enumerate(told)
    )
    scale = tuple((number, _height(number, top)) for number in (0, top // 2, top))
    headings = (say(f"dashboard.{name}.column"), say(f"dashboard.{name}.number"))
    return TimeChart(name, say(f"dashboard.{name}.title"), point, spots, scale, headings, is_line)


def _height(number: int, top: int) -> int:
    return GROUND - round((GROUND - TOP) * number / top)


def _round_top(most: int) -> int:
    """The end of the scale: even, and easy to read."""
    for step in (2, 4, 6, 8, 10, 16, 20, 30, 40, 60, 80, 100, 160, 200, 400, 600, 1000, 2000, 4000, 6000):
        if most <= step:
            return step
    return most + most % 2
