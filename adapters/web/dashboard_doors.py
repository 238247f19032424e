"""The ways in and out of the dashboard: a link from chat that works once, Slack or Microsoft, signing out. Used by
`adapters.web.dashboard`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from aiohttp import web

from adapters.web.dashboard_openid import OpenIdDoors
from adapters.web.dashboard_pages import PATH, Viewer
from adapters.web.pages import Pages, Refused
from bot.mentoring.signing_in import SESSION_LASTS, sign_in, sign_out, who_is_signed_in

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from adapters.composition import Mentor

COOKIE = "preceptor_session"
LONGEST_TOKEN = 200


class Doors:
    """Handlers that let people in and out. They hold no state."""

    def __init__(self, mentor: "Mentor", pages: Mapping[str, Pages], *, is_secure: bool) -> None:
        self._database = mentor.database
        self._calendar = mentor.clocks.calendar
        self._pages = pages
        self._is_secure = is_secure
        self._openid = OpenIdDoors(mentor, self.opened, is_secure=is_secure)

    def add_to(self, router: web.UrlDispatcher) -> None:
        self._openid.add_to(router)
        router.add_get("/enter/{token}", self.knock)
        router.add_post("/enter", self.enter)
        router.add_post("/leave", self.leave)

    async def knock(self, request: web.Request) -> web.Response:
        """A button: what only reads a link, such as a preview, uses it up for nobody."""
        return self._pages["en"].page("dashboard_enter.html", token=request.match_info["token"][:LONGEST_TOKEN])

    async def enter(self, request: web.Request) -> web.Response:
        token = (await request.post()).get("token", "")
        async with self._database.work() as session:
            opened = await sign_in(session, str(token)[:LONGEST_TOKEN], self._calendar.now())
        if opened is None:
            raise Refused(403, "dashboard.link-over")
        return self.opened(opened)

    def opened(self, token: str) -> web.Response:
        """On to the pages, with a session."""
        answer = web.Response(status=303, headers={"Location": PATH})
        answer.set_cookie(
            COOKIE,
            token,
            path=PATH,
            max_age=int(SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=self._is_secure,
        )
        return answer

    async def leave(self, request: web.Request) -> web.Response:
        async with self._database.work() as session:
            if viewer := await self.viewer(session, request):
                await sign_out(session, viewer.member_id)
        answer = self.outside(has_left=True)
        answer.del_cookie(COOKIE, path=PATH)
        return answer

    async def viewer(self, session: "AsyncSession", request: web.Request) -> Viewer | None:
        """Who is signed in; None for nobody."""
        now: datetime = self._calendar.now()
        found = await who_is_signed_in(session, request.cookies.get(COOKIE, "")[:LONGEST_TOKEN], now)
        if found is None:
            return None
        tenant, member = found
        return Viewer(tenant, member, self._pages.get(member.locale, self._pages["en"]), now)

    def outside(self, *, has_left: bool = False) -> web.Response:
        status = 200 if has_left else 401
        pages = self._pages["en"]
        ways = [(name, pages.say(f"dashboard.openid.{name}")) for name in self._openid.names]
        return pages.page("dashboard_outside.html", status=status, has_left=has_left, ways=ways)
