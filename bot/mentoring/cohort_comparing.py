"""Several cohorts side by side, and their places rolled up. Called by the pages; made of views alone, so that it tells
nothing that their managers are not told of each.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, cast

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_batches import same_place
from bot.mentoring.cohort_view import Figures, Place, View
from bot.mentoring.cohorts import managed
from bot.model.cohorts import Cohort
from bot.model.people import Member


@dataclass(frozen=True, slots=True)
class Compared:
    """The figures of one cohort, or of one place over several."""

    label: str
    figures: Figures
    cohort_id: int | None = None
    """None for a place."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a manager of several cohorts is shown. Somebody who is in two of them counts in both."""

    cohorts: tuple[Compared, ...]
    regions: tuple[Compared, ...]
    sites: tuple[Compared, ...]
    whole: Figures


async def in_sight(session: AsyncSession, member: Member) -> Sequence[Cohort]:
    """The cohorts that somebody may compare, in the order they were made: those they manage where they are.

    The one place to widen when a person is known to be the same in several workspaces of an organisation.
    """
    assert member.id is not None
    return [cohort for cohort, _ in await managed(session, member.id)]


def compare(views: Sequence[View]) -> Comparison:
    """The views side by side."""
    regions = ((("", region), region, figures) for view in views for region, figures in view.regions)
    sites = (
        ((region, site), f"{site}, {region}" if region else site, figures)
        for view in views
        for region, site, figures in view.sites
    )
    return Comparison(
        cohorts=tuple(Compared(view.name, view.whole, view.cohort_id) for view in views),
        regions=_rolled_up(regions),
        sites=_rolled_up(sites),
        whole=total(view.whole for view in views),
    )


def _rolled_up(parts: Iterable[tuple[Place, str, Figures]]) -> tuple[Compared, ...]:
    """One line for each place, whatever its letters' case in each cohort."""
    found: dict[Place, list[Compared]] = defaultdict(list)
    for place, label, figures in parts:
        found[same_place(place)].append(Compared(label, figures))
    return tuple(Compared(same[0].label, total(each.figures for each in same)) for _, same in sorted(found.items()))


def total(parts: Iterable[Figures]) -> Figures:
    """Their sum, figure by figure."""
    whole: dict[str, Any] = {}
    for figures in parts:
        for each in fields(figures):
            value = getattr(figures, each.name)
            if isinstance(value, int):
                whole[each.name] = whole.get(each.name, 0) + value
            else:
                whole.setdefault(each.name, Counter()).update(value)
    sums = {name: dict(sorted(each.items())) if isinstance(each, Counter) else each for name, each in whole.items()}
    return Figures(**cast("dict[str, Any]", sums))
