"""/dashboard: a cohort on the web, for its managers. Reached by a link from chat that works once; drawn on the server,
of the same `View` as everything a manager sees. `preceptor serve` and the demo add it.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from aiohttp import web

from adapters.web.dashboard_charts import charts, cuts
from adapters.web.dashboard_lists import Asked, line_of, listed
from adapters.web.pages import STATIC, Pages, Refused
from bot.mentoring.cohort_csv import csv_of
from bot.mentoring.cohort_looks import is_noted, note_look
from bot.mentoring.cohort_records import Parts, glimpse_of, view_of
from bot.mentoring.cohort_view import View
from bot.mentoring.cohort_words import rates, summary
from bot.mentoring.cohorts import id_of, managed
from bot.mentoring.signing_in import SESSION_LASTS, sign_in, sign_out, who_is_signed_in
from bot.message import When, local_text, plain_spans
from bot.model.cohorts import Cohort
from bot.model.people import Member, Tenant
from bot.visit import zone_or_guess

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from adapters.composition import Mentor

PATH = "/dashboard"
COOKIE = "preceptor_session"
LONGEST_TOKEN = 200


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


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page, and whom it shows."""

    response: web.Response
    page: str = ""
    people: Collection[int] = field(default=())


@dataclass(frozen=True, slots=True)
class Shown:
    """A page that is ready, and the look to keep of it, as `bot.mentoring.cohort_looks` takes it."""

    response: web.Response
    look: tuple[int, int, str, Collection[int], datetime]


Read = Callable[..., Awaitable[View | None]]
"""`view_of` or `glimpse_of`."""
Draw = Callable[[Viewer, View, web.Request], Drawn]


class Dashboard:
    """Handlers over one mentor. They hold no state."""

    def __init__(self, mentor: "Mentor") -> None:
        self._database = mentor.database
        self._library = mentor.knowledge.library
        self._calendar = mentor.clocks.calendar
        self._is_secure = urlsplit(mentor.deployment.public_url).scheme == "https"
        self._pages: Mapping[str, Pages] = {
            locale: Pages(say, static=f"{PATH}/static", back=PATH, takes_forms=True)
            for locale, say in mentor.knowledge.wordings.items()
        }

    def application(self) -> web.Application:
        """All of it, to stand under /dashboard."""
        app = web.Application(middlewares=[self._pages["en"].middleware])
        router = app.router
        router.add_get("", self.home)
        router.add_get("/enter/{token}", self.knock)
        router.add_post("/enter", self.enter)
        router.add_post("/leave", self.leave)
        router.add_get(r"/{cohort:\d{1,9}}", self._of_cohort(overview, Parts.FIGURES))
        router.add_get(r"/{cohort:\d{1,9}}/people", self._of_cohort(people, Parts.ROWS))
        router.add_get(r"/{cohort:\d{1,9}}/people.csv", self._of_cohort(file, Parts.ROWS))
        router.add_get(r"/{cohort:\d{1,9}}/people/{member:\d{1,9}}", self._of_cohort(person, Parts.ROWS))
        router.add_static("/static", STATIC)
        return app

    async def home(self, request: web.Request) -> web.Response:
        """The cohorts somebody manages; the only one at once."""
        async with self._database.reading() as session:
            viewer = await self._viewer(session, request)
            if viewer is None:
                return self._outside()
            cohorts = [cohort for cohort, _ in await managed(session, viewer.member_id)]
        if len(cohorts) == 1:
            raise web.HTTPSeeOther(f"{PATH}/{cohorts[0].id}")
        return viewer.pages.page("dashboard_home.html", cohorts=cohorts)

    async def knock(self, request: web.Request) -> web.Response:
        """A button: what only reads a link, such as a preview, uses it up for nobody."""
        return self._pages["en"].page("dashboard_enter.html", token=request.match_info["token"][:LONGEST_TOKEN])

    async def enter(self, request: web.Request) -> web.Response:
        token = (await request.post()).get("token", "")
        async with self._database.work() as session:
            opened = await sign_in(session, str(token)[:LONGEST_TOKEN], self._calendar.now())
        if opened is None:
            raise Refused(403, "dashboard.link-over")
        answer = web.Response(status=303, headers={"Location": PATH})
        answer.set_cookie(
            COOKIE,
            opened,
            path=PATH,
            max_age=int(SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=self._is_secure,
        )
        return answer

    async def leave(self, request: web.Request) -> web.Response:
        async with self._database.work() as session:
            if viewer := await self._viewer(session, request):
                await sign_out(session, viewer.member_id)
        answer = self._pages["en"].page("dashboard_outside.html", has_left=True)
        answer.del_cookie(COOKIE, path=PATH)
        return answer

    def _of_cohort(self, draw: Draw, parts: Parts = Parts.ALL) -> Callable[[web.Request], Any]:
        """A page of one cohort. It waits for nobody who writes, unless people are to be counted anew, or it shows
        somebody for the first time in this hour: that look is kept before the page goes out.
        """

        async def answer(request: web.Request) -> web.StreamResponse:
            async with self._database.reading() as session:
                shown = await self._shown(session, request, draw, glimpse_of, parts)
                is_kept = isinstance(shown, web.Response) or (
                    shown is not None and await is_noted(session, *shown.look)
                )
            if shown is not None and is_kept:
                return shown if isinstance(shown, web.Response) else shown.response
            async with self._database.work() as session:
                if shown is None:
                    shown = await self._shown(session, request, draw, view_of, parts)
                if isinstance(shown, Shown):
                    await note_look(session, *shown.look)
                    return shown.response
            assert shown is not None
            return shown

        return answer

    async def _shown(
        self, session: "AsyncSession", request: web.Request, draw: Draw, read: Read, parts: Parts
    ) -> "Shown | web.Response | None":
        """The page and the look that it is; None where it cannot be read without writing."""
        viewer = await self._viewer(session, request)
        if viewer is None:
            return self._outside()
        cohort = await _managed(session, viewer, int(request.match_info["cohort"]))
        view = await read(
            session, cohort, viewer.tenant, self._library.pack(viewer.pages.say.locale), viewer.now, parts
        )
        if view is None:
            return None
        drawn = draw(viewer, view, request)
        return Shown(drawn.response, (id_of(cohort), viewer.member_id, drawn.page, drawn.people, viewer.now))

    async def _viewer(self, session: "AsyncSession", request: web.Request) -> Viewer | None:
        now = self._calendar.now()
        found = await who_is_signed_in(session, request.cookies.get(COOKIE, "")[:LONGEST_TOKEN], now)
        if found is None:
            return None
        tenant, member = found
        return Viewer(tenant, member, self._pages.get(member.locale, self._pages["en"]), now)

    def _outside(self) -> web.Response:
        return self._pages["en"].page("dashboard_outside.html", status=401, has_left=False)


async def _managed(session: "AsyncSession", viewer: Viewer, number: int) -> Cohort:
    """A cohort that this very person manages now; any other is not there."""
    for cohort, _ in await managed(session, viewer.member_id):
        if cohort.id == number:
            return cohort
    raise web.HTTPNotFound


def overview(viewer: Viewer, view: View, request: web.Request) -> Drawn:
    """Figures for all, or for one place."""
    say, parts = viewer.pages.say, cuts(view)
    chosen = next((each for each in parts if each.value == request.query.get("place")), None)
    figures = chosen.figures if chosen else view.whole
    facts = [(name, plain_spans(value)) for name, value in rates(say, view)[:3]]
    return Drawn(
        _page(
            viewer,
            view,
            "dashboard_overview.html",
            charts=charts(say, figures),
            said=summary(say, figures),
            facts=facts,
            parts=parts,
            chosen=chosen,
        )
    )


def people(viewer: Viewer, view: View, request: web.Request) -> Drawn:
    """One page of the list."""
    found = listed(viewer.pages.say, view, Asked.of(request.query))
    shown = [row.member_id for row in found.rows]
    return Drawn(_page(viewer, view, "dashboard_people.html", listed=found), "list", shown)


def person(viewer: Viewer, view: View, request: web.Request) -> Drawn:
    """One row, as the member's own `privacy` has it."""
    number = int(request.match_info["member"])
    row = next((each for each in view.rows if each.member_id == number), None)
    if row is None:
        raise web.HTTPNotFound
    line = line_of(viewer.pages.say, row)
    return Drawn(_page(viewer, view, "dashboard_person.html", line=line), "member", [number])


def file(viewer: Viewer, view: View, _request: web.Request) -> Drawn:
    """Everybody's row for a spreadsheet, in UTF-8 with the mark that spreadsheets look for."""
    response = web.Response(
        body=b"\xef\xbb\xbf" + csv_of(viewer.pages.say, view).encode(),
        content_type="text/csv",
        charset="utf-8",
        headers={"Content-Disposition": f'attachment; filename="cohort-{view.cohort_id}.csv"'},
    )
    return Drawn(response, "file", [row.member_id for row in view.rows])


def _page(viewer: Viewer, view: View, template: str, **values: Any) -> web.Response:
    zone = zone_or_guess(viewer.member.zone).key
    base = f"{PATH}/{view.cohort_id}"
    return viewer.pages.page(template, view=view, base=base, counted_at=local_text(When(viewer.now, zone)), **values)


def add_dashboard(app: web.Application, mentor: "Mentor") -> None:
    """Add the pages to the server's application, and the one behind an invitation by link."""
    app.add_subapp(PATH, Dashboard(mentor).application())
    pages = Pages(mentor.knowledge.wordings["en"], static=f"{PATH}/static", back=PATH, takes_forms=True)

    async def join(request: web.Request) -> web.Response:
        """Says what to type; it knows no code, and asks for none."""
        line = f"cohort join {request.match_info['code']}"
        return pages.page("dashboard_join.html", line=line, command=mentor.deployment.command)

    app.router.add_get(r"/join/{code:[A-Za-z-]{12,20}}", pages.guarded(join))
