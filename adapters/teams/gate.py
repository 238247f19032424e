"""The door at `POST /api/messages`: what is not Teams' is turned away, what is gets its answer in time.

Refusals: 413 for a body too long, 401 for a token that is missing or not genuine, 400 for what cannot be read, 403 for
a key, channel, service address or organization that may not, 503 while nobody's signature can be judged.
"""

import asyncio
import json
import logging
from typing import Any

from aiohttp import web

from adapters.openid.keys import KeysOutOfReach
from adapters.openid.tokens import NotGenuine
from adapters.teams.addresses import is_allowed
from adapters.teams.dispatch import Dispatch
from adapters.teams.reading import NotATurn, read_turn, tenant_of
from adapters.teams.sdk.adapter import InvokeAnswer, NotAnActivity, TeamsAdapter
from adapters.teams.sdk.tokens import CHANNEL, TokenCheck
from adapters.teams.turns import Json
from bot.settings import Settings

log = logging.getLogger(__name__)

MOST_BYTES = 256 * 1024
"""Teams' largest activities have some 100 KB."""


class Gate:
    """Receives requests and hands on those that are Teams'."""

    def __init__(self, settings: Settings, check: TokenCheck, adapter: TeamsAdapter, dispatch: Dispatch) -> None:
        self._settings = settings
        self._check = check
        self._adapter = adapter
        self._dispatch = dispatch

    async def receive(self, request: web.Request) -> web.Response:
        try:
            return _told(await self._process(request))
        except NotGenuine as error:
            return _refused(error.status, error.why)
        except (NotATurn, NotAnActivity) as error:
            return _refused(400, str(error) or "not an activity")
        except KeysOutOfReach:
            return _refused(503, "no signing keys")
        except web.HTTPException as error:
            return _refused(error.status, error.reason)

    async def _process(self, request: web.Request) -> InvokeAnswer:
        until = self._dispatch.deadline()
        raw = await _whole_body(request, self._dispatch.within)
        vouched = await self._check.service_url(request.headers.get("Authorization", ""))
        activity = _read(request.content_type, raw)
        self._admit(activity, vouched)
        turn = read_turn(activity)
        answer = await self._adapter.process(activity, vouched, lambda: self._dispatch.take(turn, until))
        return answer or InvokeAnswer(status=202)

    def _admit(self, activity: Json, vouched: str) -> None:
        """Raises NotGenuine for what may not come in."""
        if activity.get("channelId") != CHANNEL:
            raise NotGenuine("not from Teams", 403)
        if activity.get("serviceUrl") != vouched:
            raise NotGenuine("the token vouches for another service address", 403)
        if not is_allowed(vouched, self._settings.BOT_SERVICE_URLS):
            raise NotGenuine("a service address that BOT_SERVICE_URLS does not allow", 403)
        if tenant_of(activity) not in self._settings.teams_tenants:
            raise NotGenuine("an organization that TEAMS_TENANTS does not name", 403)


def _told(answer: InvokeAnswer) -> web.Response:
    if answer.body is None:
        return web.Response(status=answer.status)
    return web.json_response(answer.body, status=answer.status)


async def _whole_body(request: web.Request, within: float) -> bytes:
    """Raises HTTPRequestEntityTooLarge, or HTTPBadRequest for one that breaks off or takes too long (seconds)."""
    body = bytearray()
    try:
        async with asyncio.timeout(within):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise web.HTTPRequestEntityTooLarge(MOST_BYTES, len(body), reason="too long")
    except (web.RequestPayloadError, OSError) as error:
        raise web.HTTPBadRequest(reason="broken off") from error
    return bytes(body)


def _read(content_type: str, raw: bytes) -> dict[str, Any]:
    if content_type != "application/json":
        raise web.HTTPBadRequest(reason="not JSON")
    try:
        activity = json.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest(reason="unreadable") from error
    if not isinstance(activity, dict) or not isinstance(activity.get("type"), str):
        raise NotATurn("not an activity")
    return activity


def _refused(status: int, why: str) -> web.Response:
    log.warning("A request was turned away: %s", why, extra={"event": "teams_refused", "status": status})
    return web.Response(status=status, text=why)
