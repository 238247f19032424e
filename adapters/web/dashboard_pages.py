"""What each page of a cohort shows, and whom: made of the `View` that its manager may know, and of its weeks. Called by
`adapters.web.dashboard`, which has asked who is signed in.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from aiohttp import web

from adapters.web.dashboard_charts import Cut, charts, cuts
from adapters.web.dashboard_compare import compared
from adapters.web.dashboard_lists import Asked, line_of, listed
from adapters.web.dashboard_time import over_time
from adapters.web.pages import Pages
from bot.clock import local_day
from bot.mentoring.cohort_comparing import compare
from bot.mentoring.cohort_csv import csv_of
from bot.mentoring.cohort_trend import Past, of_place, trend
from bot.mentoring.cohort_view import View
from bot.mentoring.cohort_words import rates, summary
from bot.message import When, local_text, plain_spans
from bot.model.people import Member, Tenant
from bot.visit import zone_or_guess

PATH = "/dashboard"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is signed in, and how they are spoken to."""

    tenant: Tenant
    member: Member
    pages: Pages
    now: datetime

    @property
    def member_id(self) -> int:
        assert self.member.id is not None
        return self.member.id

    @property
    def today(self) -> date:
        return local_day(self.now, zone_or_guess(self.member.zone))

    def page(self, template: str, **values: Any) -> web.Response:
        counted_at = local_text(When(self.now, zone_or_guess(self.member.zone).key))
        return self.pages.page(template, counted_at=counted_at, **values)


@dataclass(frozen=True, slots=True)
class Sight:
    """A cohort as it is now, and its weeks where a page asks for them."""

    view: View
    past: Past | None = None
    has_others: bool = False
    """The viewer manages more cohorts than this one."""
    titles: Mapping[int, str] = field(default_factory=dict)
    """Of the roadmap's steps."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page, and whom it shows."""

    response: web.Response
    page: str = ""
    people: Collection[int] = field(default=())


Draw = Callable[[Viewer, Sight, web.Request], Drawn]


def overview(viewer: Viewer, sight: Sight, request: web.Request) -> Drawn:
    """Figures for all, or for one place."""
    parts = cuts(sight.view)
    chosen = next((each for each in parts if each.value == request.query.get("place")), None)
    values = _figures(viewer, sight, chosen)
    return Drawn(_page(viewer, sight, "dashboard_overview.html", parts=parts, chosen=chosen, **values))


def report(viewer: Viewer, sight: Sight, request: web.Request) -> Drawn:
    """The same figures on one sheet of paper."""
    parts = cuts(sight.view)
    chosen = next((each for each in parts if each.value == request.query.get("place")), None)
    values = _figures(viewer, sight, chosen)
    return Drawn(_page(viewer, sight, "dashboard_report.html", parts=parts, chosen=chosen, **values))


def _figures(viewer: Viewer, sight: Sight, chosen: Cut | None) -> dict[str, Any]:
    say, view = viewer.pages.say, sight.view
    figures = chosen.figures if chosen else view.whole
    past = of_place(sight.past, *chosen.place) if sight.past and chosen else sight.past
    weeks = trend(past, viewer.now) if past else ()
    return {
        "charts": charts(say, figures, sight.titles),
        "over_time": over_time(say, figures, weeks, viewer.today),
        "said": summary(say, figures),
        "facts": [(name, plain_spans(value)) for name, value in rates(say, view)[:3]],
    }


def people(viewer: Viewer, sight: Sight, request: web.Request) -> Drawn:
    """One page of the list."""
    found = listed(viewer.pages.say, sight.view, Asked.of(request.query))
    shown = [row.member_id for row in found.rows]
    return Drawn(_page(viewer, sight, "dashboard_people.html", listed=found), "list", shown)


def person(viewer: Viewer, sight: Sight, request: web.Request) -> Drawn:
    """One row, as the member's own `privacy` has it."""
    number = int(request.match_info["member"])
    row = next((each for each in sight.view.rows if each.member_id == number), None)
    if row is None:
        raise web.HTTPNotFound
    line = line_of(viewer.pages.say, row)
    return Drawn(_page(viewer, sight, "dashboard_person.html", line=line), "member", [number])


def file(viewer: Viewer, sight: Sight, _request: web.Request) -> Drawn:
    """Everybody's row for a spreadsheet, in UTF-8 with the mark that spreadsheets look for."""
    view = sight.view
    response = web.Response(
        body=b"\xef\xbb\xbf" + csv_of(viewer.pages.say, view).encode(),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="cohort-{view.cohort_id}.csv"'},
    )
    return Drawn(response, "file", [row.member_id for row in view.rows])


def comparison(viewer: Viewer, views: Sequence[View]) -> web.Response:
    """Several cohorts side by side: figures alone, so it names nobody."""
    tables = compared(viewer.pages.say, compare(views))
    return viewer.page("dashboard_compare.html", tables=tables, number=len(views))


def _page(viewer: Viewer, sight: Sight, template: str, **values: Any) -> web.Response:
    base = f"{PATH}/{sight.view.cohort_id}"
    return viewer.page(template, view=sight.view, base=base, has_others=sight.has_others, **values)
