"""/dashboard: cohorts on the web, for their managers. Drawn on the server, of the same `View` as everything a manager
sees. `preceptor serve` and the demo add it.
"""

from collections.abc import Callable, Mapping
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
from bot.mentoring.cohort_comparing import in_sight, views_of
from bot.mentoring.cohort_looks import note_look
from bot.mentoring.cohort_records import view_of
from bot.mentoring.cohort_trend import past_of
from bot.mentoring.cohorts import id_of

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from adapters.composition import Mentor


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
        router.add_get(r"/{cohort:\d{1,9}}", self._of_cohort(overview, looks_back=True))
        router.add_get(r"/{cohort:\d{1,9}}/report", self._of_cohort(report, looks_back=True))
        router.add_get(r"/{cohort:\d{1,9}}/people", self._of_cohort(people))
        router.add_get(r"/{cohort:\d{1,9}}/people.csv", self._of_cohort(file))
        router.add_get(r"/{cohort:\d{1,9}}/people/{member:\d{1,9}}", self._of_cohort(person))
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
        async with self._database.work() as session:
            viewer = await self._doors.viewer(session, request)
            if viewer is None:
                return self._doors.outside()
            pack = self._library.pack(viewer.pages.say.locale)
            cohorts = await in_sight(session, viewer.member)
            return comparison(viewer, await views_of(session, cohorts, viewer.tenant, pack, viewer.now))

    def _of_cohort(self, draw: Draw, *, looks_back: bool = False) -> Callable[[web.Request], Any]:
        async def answer(request: web.Request) -> web.StreamResponse:
            async with self._database.work() as session:
                viewer = await self._doors.viewer(session, request)
                if viewer is None:
                    return self._doors.outside()
                number = int(request.match_info["cohort"])
                sight = await self._sight(session, viewer, number, looks_back=looks_back)
                drawn = draw(viewer, sight, request)
                await note_look(session, number, viewer.member_id, drawn.page, drawn.people, viewer.now)
                return drawn.response

        return answer

    async def _sight(self, session: "AsyncSession", viewer: Viewer, number: int, *, looks_back: bool) -> Sight:
        """A cohort that this very person manages now; any other is not there."""
        cohorts = await in_sight(session, viewer.member)
        cohort = next((each for each in cohorts if each.id == number), None)
        if cohort is None:
            raise web.HTTPNotFound
        pack = self._library.pack(viewer.pages.say.locale)
        view = await view_of(session, cohort, viewer.tenant, pack, viewer.now)
        past = await past_of(session, id_of(cohort), viewer.now) if looks_back else None
        return Sight(view, past, has_others=len(cohorts) > 1)


def add_dashboard(app: web.Application, mentor: "Mentor") -> None:
    """Add the pages to the server's application, and the one behind an invitation by link."""
    app.add_subapp(PATH, Dashboard(mentor).application())
    pages = Pages(mentor.knowledge.wordings["en"], static=f"{PATH}/static", back=PATH, takes_forms=True)

    async def join(request: web.Request) -> web.Response:
        """Says what to type; it knows no code, and asks for none."""
        line = f"cohort join {request.match_info['code']}"
        return pages.page("dashboard_join.html", line=line, command=mentor.deployment.command)

    app.router.add_get(r"/join/{code:[A-Za-z-]{12,20}}", pages.guarded(join))
