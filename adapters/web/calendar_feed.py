"""/calendar: a member's dates at their own secret address, for calendar programs. `preceptor serve` and the demo add
it.

A wrong address, one that was ended and one that never was get the same answer, and few of them are looked up.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from aiohttp import web

from bot.mentoring.ce_calendar import MEDIA_TYPE, read_calendar
from bot.mentoring.ce_feed import PATH, TOKEN_LENGTH, hash_of, whose_feed

if TYPE_CHECKING:
    from adapters.composition import Mentor

MISSES = 30
"""Addresses that lead nowhere, from one place within `SPAN`, after which only known ones are answered there."""
SPAN = timedelta(minutes=1)
REMEMBERED = 10_000
_FRESH = "private, max-age=600"


class Misses:
    """Who asked for what is not there, and what is known to be. Behind a proxy all come from one place: those who know
    their address are answered all the same.
    """

    def __init__(self) -> None:
        self._times: OrderedDict[str, list[datetime]] = OrderedDict()
        self._known: OrderedDict[str, None] = OrderedDict()

    def may_look(self, place: str, hashed: str, now: datetime) -> bool:
        recent = [at for at in self._times.get(place, ()) if now - at < SPAN]
        return hashed in self._known or len(recent) < MISSES

    def missed(self, place: str, hashed: str, now: datetime) -> None:
        self._known.pop(hashed, None)
        recent = [at for at in self._times.pop(place, ()) if now - at < SPAN]
        self._times[place] = [*recent, now][-MISSES:]
        _limit(self._times)

    def found(self, hashed: str) -> None:
        self._known[hashed] = None
        self._known.move_to_end(hashed)
        _limit(self._known)


def _limit(kept: OrderedDict[str, Any]) -> None:
    if len(kept) > REMEMBERED:
        kept.popitem(last=False)


class CalendarFeeds:
    """Handlers over one mentor."""

    def __init__(self, mentor: "Mentor") -> None:
        self._mentor = mentor
        self._misses = Misses()

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(f"{PATH}/{{token:[^/]+}}", self.read)

    async def read(self, request: web.Request) -> web.Response:
        """The calendar; 304 where the program has it, 404 for any other address, 429 for somebody who guesses."""
        token = request.match_info["token"].removesuffix(".ics")
        hashed, place = hash_of(token), request.remote or ""
        now = self._mentor.clocks.machine.now()
        if not self._misses.may_look(place, hashed, now):
            return web.Response(status=429, text="", headers={"Retry-After": str(int(SPAN.total_seconds()))})
        made = await self._made(hashed) if len(token) == TOKEN_LENGTH else None
        if made is None:
            self._misses.missed(place, hashed, now)
            return web.Response(status=404, text="", headers={"Cache-Control": "no-store"})
        self._misses.found(hashed)
        return _answer(request, made)

    async def _made(self, hashed: str) -> bytes | None:
        mentor = self._mentor
        async with mentor.database.reading() as session:
            whose = await whose_feed(session, hashed)
            if whose is None:
                return None
            said, wordings = whose[1].locale or "en", mentor.knowledge.wordings
            locale = said if said in wordings else "en"
            pack = mentor.knowledge.library.pack(locale)
            return await read_calendar(session, whose, pack, wordings[locale], mentor.clocks.calendar.now())


def _answer(request: web.Request, made: bytes) -> web.Response:
    tag = sha256(made).hexdigest()[:32]
    headers = {"ETag": f'"{tag}"', "Cache-Control": _FRESH, "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
    if any(each.value in ("*", tag) for each in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    headers |= {"Content-Disposition": 'inline; filename="dates.ics"', "X-Content-Type-Options": "nosniff"}
    return web.Response(body=made, content_type=MEDIA_TYPE, charset="utf-8", headers=headers)
