"""What may go wrong with a call to a strict local Slack: it is throttled, refused, garbled, or cut off."""

import asyncio
from dataclasses import dataclass, field

from aiohttp import web


@dataclass(frozen=True)
class Throttled:
    """429, with the seconds to wait."""

    after: str = "0"


@dataclass(frozen=True)
class Broken:
    """A failure of Slack's own, as an HTTP status."""

    status: int = 500


@dataclass(frozen=True)
class Garbled:
    """200, and a body that is no JSON."""

    body: bytes


@dataclass(frozen=True)
class Refused:
    """`ok: false` with an error string."""

    error: str


@dataclass(frozen=True)
class Cut:
    """The connection breaks: before Slack took the call, or just after."""

    taken: bool


@dataclass(frozen=True)
class Held:
    """The call is answered only when the test says so."""

    until: asyncio.Event = field(default_factory=asyncio.Event)


Mishap = Throttled | Broken | Garbled | Refused | Cut | Held


def wrong_answer(request: web.Request, mishap: Mishap) -> web.Response | None:
    """The answer to a call that Slack does not take; None where it takes it after all."""
    match mishap:
        case Cut(taken=False):
            return cut(request)
        case Throttled(after):
            answer = {"ok": False, "error": "ratelimited"}
            return web.json_response(answer, status=429, headers={"Retry-After": after})
        case Broken(status):
            return web.Response(status=status, text="<html>something broke</html>", content_type="text/html")
        case Garbled(body):
            return web.Response(body=body, content_type="application/json")
        case Refused(error):
            return web.json_response({"ok": False, "error": error})
        case _:
            return None


def cut(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()
