"""/take: where a link from chat brings its file, once. What only reads a link, such as a preview, uses it up for
nobody. `preceptor serve` and the demo add it.
"""

from typing import TYPE_CHECKING

from aiohttp import web

from adapters.handing import LONGEST_TOKEN, PATH
from adapters.web.pages import Pages, Refused
from adapters.web.public_pages import STATIC_PATH, SUPPORT
from bot.files import Made, NotMade
from bot.mentoring.handing_over import offered, take

if TYPE_CHECKING:
    from adapters.composition import Mentor


class TakePages:
    """Handlers over one mentor."""

    def __init__(self, mentor: "Mentor") -> None:
        self._mentor = mentor
        say = mentor.knowledge.wordings["en"]
        self._pages = Pages(say, static=STATIC_PATH, back=SUPPORT, takes_forms=True)

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(f"{PATH}/{{token}}", self._pages.guarded(self.show))
        app.router.add_post(PATH, self._pages.guarded(self.hand_over))

    async def show(self, request: web.Request) -> web.Response:
        """A button."""
        token = request.match_info["token"][:LONGEST_TOKEN]
        async with self._mentor.database.reading() as session:
            name = await offered(session, token, self._mentor.clocks.calendar.now())
        if name is None:
            return self._sorry(self._pages.say("file.link-over"))
        return self._pages.page("take.html", token=token, name=name)

    async def hand_over(self, request: web.Request) -> web.Response:
        """The file itself, made now."""
        token = (await request.post()).get("token", "")
        if not isinstance(token, str):
            raise Refused(400, "pages.bad-json")
        async with self._mentor.database.work() as session:
            taken = await take(session, token[:LONGEST_TOKEN], self._mentor.clocks.calendar.now())
        if taken is None:
            return self._sorry(self._pages.say("file.link-over"))
        person, recipe = taken
        made = await self._mentor.conversation.make(person.platform, person.tenant, person.user, recipe)
        return self._sorry(made.why) if isinstance(made, NotMade) else download(made)

    def _sorry(self, why: str) -> web.Response:
        return self._pages.page("take_over.html", status=410, why=why)


def download(made: Made) -> web.Response:
    """A file that a browser stores, and shows nowhere."""
    kept = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"}
    return web.Response(body=made.content, content_type=made.media_type, headers=kept)
