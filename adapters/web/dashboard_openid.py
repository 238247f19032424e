"""Signing in to the dashboard with Slack or Microsoft, where the operator has switched it on: out with a sealed cookie,
back with a code. Used by `adapters.web.dashboard_doors`; adds nobody, and leads nowhere but to the dashboard.
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web

from adapters.openid.keys import KeysOutOfReach
from adapters.openid.providers import providers
from adapters.openid.sign_in import Errand, NotAnswered, Person, SignIn
from adapters.openid.tokens import NotGenuine
from adapters.web.dashboard_pages import PATH
from adapters.web.pages import Refused
from bot.mentoring.signing_in import sign_in_as
from bot.vault import Vault

if TYPE_CHECKING:
    from adapters.composition import Mentor

log = logging.getLogger(__name__)

COOKIE = "preceptor_errand"
LASTS = timedelta(minutes=10)
LONGEST = 4096
"""Letters of a code, a state or a cookie."""
Opened = Callable[[str], web.Response]


class OpenIdDoors:
    """One door for each provider; none where none is switched on. They hold no state but announced keys."""

    def __init__(self, mentor: "Mentor", opened: Opened, *, is_secure: bool) -> None:
        """`opened`: the answer to somebody who has signed in, given the session's token."""
        settings, self._clocks = mentor.settings, mentor.clocks
        self._database = mentor.database
        self._opened = opened
        self._is_secure = is_secure
        made = providers(settings, mentor.clocks.machine)
        self._vault = Vault(settings.SECRET_KEY) if made else None
        self._ways: Mapping[str, SignIn] = {
            name: SignIn(provider, back_address(settings.PUBLIC_URL or "", name), mentor.clocks.machine)
            for name, provider in made.items()
        }

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._ways)

    def add_to(self, router: web.UrlDispatcher) -> None:
        for name in self._ways:
            router.add_get(f"/openid/{name}", self._door(name, self._out))
            router.add_get(f"/openid/{name}/back", self._door(name, self._back))

    def _door(
        self, name: str, answer: Callable[[SignIn, web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answered(request: web.Request) -> web.Response:
            try:
                return await answer(self._ways[name], request)
            except NotGenuine as error:
                told = {"event": "sign_in_refused", "platform": name, "reason": error.why}
                log.warning("Somebody could not be signed in", extra=told)
                raise Refused(403, "dashboard.openid.refused") from error
            except (NotAnswered, KeysOutOfReach) as error:
                told = {"event": "sign_in_out_of_reach", "platform": name}
                log.warning("Nobody can be signed in: the platform does not answer", extra=told)
                raise Refused(503, "dashboard.openid.out-of-reach") from error

        return answered

    async def _out(self, way: SignIn, _request: web.Request) -> web.Response:
        errand = Errand.new(way.provider.name)
        answer = web.Response(status=303, headers={"Location": await way.address(errand)})
        assert self._vault is not None
        answer.set_cookie(
            COOKIE,
            self._vault.stamp(json.dumps(asdict(errand)), self._clocks.machine.now()),
            path=f"{PATH}/openid",
            max_age=int(LASTS.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=self._is_secure,
        )
        return answer

    async def _back(self, way: SignIn, request: web.Request) -> web.Response:
        errand, given = self._errand(request), request.query
        code, state = given.get("code", ""), given.get("state", "")
        if errand is None or errand.provider != way.provider.name or not errand.is_answered_by(state):
            raise NotGenuine("the answer belongs to no errand")
        if "error" in given or not 0 < len(code) <= LONGEST:
            raise Refused(403, "dashboard.openid.declined")
        answer = await self._let_in(await way.person(errand, code))
        answer.del_cookie(COOKIE, path=f"{PATH}/openid")
        return answer

    def _errand(self, request: web.Request) -> Errand | None:
        assert self._vault is not None
        sealed = request.cookies.get(COOKIE, "")[:LONGEST]
        kept = self._vault.read_stamp(sealed, self._clocks.machine.now(), LASTS)
        try:
            return Errand(**json.loads(kept)) if kept else None
        except (ValueError, TypeError):  # sealed by us, but for something else
            return None

    async def _let_in(self, person: Person) -> web.Response:
        who = (person.platform, person.tenant, person.user)
        async with self._database.work() as session:
            opened = await sign_in_as(session, who, self._clocks.calendar.now())
        if opened is None:
            raise Refused(403, "dashboard.openid.stranger")
        return self._opened(opened)


def back_address(public_url: str, name: str) -> str:
    """The address to which a platform sends people back."""
    return f"{public_url}{PATH}/openid/{name}/back"
