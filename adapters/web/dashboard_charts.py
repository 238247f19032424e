"""The figures of a cohort as bars, each with the words that say the same. Used by `adapters.web.dashboard`."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.mentoring.cohort_view import Figures, Place, View
from bot.mentoring.cohort_words import stage_words
from bot.mentoring.outcomes import KINDS
from bot.mentoring.stages import LATER
from content.wording import Wording

PITCH = 48
"""Pixels from one bar to the next; its words stand above it, so that there is room for them on a phone."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its number of how many, and where it stands."""

    label: str
    number: int
    of: int
    top: int
    width: float
    """Per cent of the chart."""

    @property
    def words_at(self) -> int:
        return self.top + 16

    @property
    def bar_at(self) -> int:
        return self.top + 24


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars under one another."""

    name: str
    """Unlike any other on the page."""
    title: str
    point: str
    """What it shows, in a sentence."""
    bars: tuple[Bar, ...]
    headings: tuple[str, str]

    @property
    def height(self) -> int:
        return PITCH * len(self.bars)


def charts(say: Wording, figures: Figures, titles: Mapping[int, str]) -> tuple[Chart, ...]:
    """The charts for which there are figures; with the roadmap's `titles` of its steps."""
    found = []
    if figures.step_of:
        steps = [(_step_words(say, n, titles), figures.steps.get(n, 0)) for n in range(1, LATER + 1)]
        point = say.count("dashboard.steps.point", figures.step_of, most=_most(steps))
        found.append(_chart(say, "steps", point, steps, figures.step_of))
    if figures.outcomes_of:
        came = [(say(f"cohorts.rate.{kind}"), figures.outcomes.get(kind, 0)) for kind in KINDS]
        point = say.count("dashboard.outcomes.point", figures.outcomes_of)
        found.append(_chart(say, "outcomes", point, came, figures.outcomes_of))
    return tuple(found)


def _step_words(say: Wording, stage: int, titles: Mapping[int, str]) -> str:
    """The last is several steps in one, so it has no title."""
    name = say("cohorts.view.step", step=stage_words(say, stage))
    return f"{name}: {titles[stage]}" if stage < LATER and stage in titles else name


def _most(counts: list[tuple[str, int]]) -> str:
    return max(counts, key=lambda each: each[1])[0]


def _chart(say: Wording, name: str, point: str, counts: list[tuple[str, int]], of: int) -> Chart:
    bars = tuple(
        Bar(label, number, of, top=place * PITCH, width=round(100 * number / of, 2))
        for place, (label, number) in enumerate(counts)
    )
    headings = (say(f"dashboard.{name}.column"), say("dashboard.people"))
    return Chart(name, say(f"dashboard.{name}.title"), point, bars, headings)


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of the cohort that has figures of its own."""

    value: str
    """As the address names it."""
    label: str
    place: Place
    figures: Figures


def cuts(view: View) -> tuple[Cut, ...]:
    """Regions first, then sites."""
    regions = (Cut(f"region {name}", name, (name, ""), figures) for name, figures in view.regions)
    sites = (
        Cut(f"site {region}/{site}", f"{site}, {region}" if region else site, (region, site), figures)
        for region, site, figures in view.sites
    )
    return (*regions, *sites)
