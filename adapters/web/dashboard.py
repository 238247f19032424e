"""/dashboard: cohorts on the web, for their managers. Drawn on the server, of the same `View` as everything a manager
sees. `preceptor serve` and the demo add it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from adapters.web.dashboard_doors import Doors
from adapters.web.dashboard_pages import (
    PATH,
    Draw,
    Sight,
    Viewer,
    comparison,
    file,
    overview,
    people,
    person,
    report,
)
from adapters.web.pages import STATIC, Pages
from bot.mentoring.cohort_comparing import in_sight
from bot.mentoring.cohort_looks import is_noted, note_look
from bot.mentoring.cohort_records import list_of, view_of
from bot.mentoring.cohort_sums import figures_of
from bot.mentoring.cohort_trend import past_of
from bot.mentoring.cohort_view import View
from bot.mentoring.cohorts import id_of
from bot.model.cohorts import Cohort

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from adapters.composition import Mentor


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that is ready, and the look to keep of it, as `bot.mentoring.cohort_looks` takes it."""

    response: web.Response
    look: tuple[int, int, str, Collection[int], datetime]


Read = Callable[..., Awaitable[View | None]]
"""`figures_of` or `list_of`; and `view_of`, where the first cannot tell without writing."""


class Dashboard:
    """Handlers over one mentor. They hold no state."""

    def __init__(self, mentor: "Mentor") -> None:
        self._database = mentor.database
        self._library = mentor.knowledge.library
        self._pages: Mapping[str, Pages] = {
            locale: Pages(say, static=f"{PATH}/static", back=PATH, takes_forms=True)
            for locale, say in mentor.knowledge.wordings.items()
        }
        is_secure = urlsplit(mentor.deployment.public_url).scheme == "https"
        self._doors = Doors(mentor, self._pages, is_secure=is_secure)

    def application(self) -> web.Application:
        """All of it, to stand under /dashboard."""
        app = web.Application(middlewares=[self._pages["en"].middleware])
        router = app.router
        router.add_get("", self.home)
        router.add_get("/compare", self.compare)
        self._doors.add_to(router)
        router.add_get(r"/{cohort:\d{1,9}}", self._of_cohort(overview, figures_of))
        router.add_get(r"/{cohort:\d{1,9}}/report", self._of_cohort(report, figures_of))
        router.add_get(r"/{cohort:\d{1,9}}/people", self._of_cohort(people, list_of))
        router.add_get(r"/{cohort:\d{1,9}}/people.csv", self._of_cohort(file, list_of))
        router.add_get(r"/{cohort:\d{1,9}}/people/{member:\d{1,9}}", self._of_cohort(person, list_of))
        router.add_static("/static", STATIC)
        return app

    async def home(self, request: web.Request) -> web.Response:
        """The cohorts somebody manages; the only one at once."""
        async with self._database.reading() as session:
            viewer = await self._doors.viewer(session, request)
            if viewer is None:
                return self._doors.outside()
            cohorts = await in_sight(session, viewer.member)
        if len(cohorts) == 1:
            raise web.HTTPSeeOther(f"{PATH}/{cohorts[0].id}")
        return viewer.page("dashboard_home.html", cohorts=cohorts)

    async def compare(self, request: web.Request) -> web.Response:
        """All the cohorts somebody manages, side by side."""
        async with self._database.reading() as session:
            answer = await self._compared(session, request, figures_of)
        if answer is None:
            async with self._database.work() as session:
                answer = await self._compared(session, request, view_of)
        assert answer is not None
        return answer

    async def _compared(self, session: "AsyncSession", request: web.Request, read: Read) -> web.Response | None:
        """None where it cannot be read without writing. Cohorts are taken in the order of their ids, so that two who
        compare never wait in a ring.
        """
        viewer = await self._doors.viewer(session, request)
        if viewer is None:
            return self._doors.outside()
        cohorts = await in_sight(session, viewer.member)
        views = [await self._view(session, viewer, each, read) for each in sorted(cohorts, key=id_of)]
        seen = [view for view in views if view is not None]
        return comparison(viewer, seen) if len(seen) == len(cohorts) else None

    def _of_cohort(self, draw: Draw, read: Read) -> Callable[[web.Request], Any]:
        """A page of one cohort. It waits for nobody who writes, unless people are to be counted anew, or it shows
        somebody for the first time in this hour: that look is kept before the page goes out.
        """

        async def answer(request: web.Request) -> web.StreamResponse:
            async with self._database.reading() as session:
                shown = await self._shown(session, request, draw, read)
                is_kept = isinstance(shown, web.Response) or (
                    shown is not None and await is_noted(session, *shown.look)
                )
            if shown is not None and is_kept:
                return shown if isinstance(shown, web.Response) else shown.response
            async with self._database.work() as session:
                if shown is None:
                    shown = await self._shown(session, request, draw, view_of)
                if isinstance(shown, Shown):
                    await note_look(session, *shown.look)
                    return shown.response
            assert shown is not None
            return shown

        return answer

    async def _shown(
        self, session: "AsyncSession", request: web.Request, draw: Draw, read: Read
    ) -> "Shown | web.Response | None":
        """The page and the look that it is; None where it cannot be read without writing."""
        viewer = await self._doors.viewer(session, request)
        if viewer is None:
            return self._doors.outside()
        cohorts = await in_sight(session, viewer.member)
        cohort = _named(cohorts, int(request.match_info["cohort"]))
        view = await self._view(session, viewer, cohort, read)
        if view is None:
            return None
        past = await past_of(session, id_of(cohort), viewer.now) if read is not list_of else None
        titles = {step.number: step.title for step in self._library.pack(viewer.pages.say.locale).steps}
        drawn = draw(viewer, Sight(view, past, len(cohorts) > 1, titles), request)
        return Shown(drawn.response, (id_of(cohort), viewer.member_id, drawn.page, drawn.people, viewer.now))

    async def _view(self, session: "AsyncSession", viewer: Viewer, cohort: Cohort, read: Read) -> View | None:
        pack = self._library.pack(viewer.pages.say.locale)
        return await read(session, cohort, viewer.tenant, pack, viewer.now)


def _named(cohorts: Sequence[Cohort], number: int) -> Cohort:
    """One that this very person manages now; any other is not there."""
    for cohort in cohorts:
        if cohort.id == number:
            return cohort
    raise web.HTTPNotFound


def add_dashboard(app: web.Application, mentor: "Mentor") -> None:
    """Add the pages to the server's application, and the one behind an invitation by link."""
    app.add_subapp(PATH, Dashboard(mentor).application())
    pages = Pages(mentor.knowledge.wordings["en"], static=f"{PATH}/static", back=PATH, takes_forms=True)

    async def join(request: web.Request) -> web.Response:
        """Says what to type; it knows no code, and asks for none."""
        line = f"cohort join {request.match_info['code']}"
        return pages.page("dashboard_join.html", line=line, command=mentor.deployment.command)

    app.router.add_get(r"/join/{code:[A-Za-z-]{12,20}}", pages.guarded(join))
