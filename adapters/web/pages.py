"""What every page shares: templates, security headers, errors in plain sentences, and the refusal of requests that
another site sends. Used by the playground, the gallery and the install page.
"""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from secrets import token_hex
from typing import Any, TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel, ValidationError

from content.wording import Wording

log = logging.getLogger(__name__)

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

PERSONAL = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}
"""For pages of one person. With "no-referrer" a browser would not say where a form comes from."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Body = TypeVar("Body", bound=BaseModel)


class Refused(Exception):
    """A request that cannot be served. Carries the status and the key of the sentence that says why."""

    def __init__(self, status: int, key: str) -> None:
        super().__init__(key)
        self.status = status
        self.key = key


class Pages:
    """Draws templates in the words of one language."""

    def __init__(
        self, say: Wording, *, static: str = "/playground/static", back: str = "/playground", takes_forms: bool = False
    ) -> None:
        """`takes_forms`: pages for one person each, which post plain forms and must be kept by no cache."""
        self.say = say
        self._takes_forms = takes_forms
        self._headers = {**HEADERS, **(PERSONAL if takes_forms else {})}
        self._templates = Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined)
        self._templates.globals.update(static=static, back=back)

    def page(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        text = self._templates.get_template(template).render(say=self.say, **values)
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")

    def problem(self, request: web.Request, status: int, key: str, number: str = "") -> web.Response:
        """An error as JSON to a script and as a page to a person."""
        sentence = self.say(key)
        if "/api/" in request.path:
            return web.json_response({"error": sentence, "number": number}, status=status)
        return self.page("problem.html", status=status, sentence=sentence, number=number)

    @property
    def middleware(self) -> Any:
        """Guards an application: refuses what another site sends, answers errors, and sets the security headers."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.guarded(handler)(request)

        return guard

    def guarded(self, handler: Handler) -> Handler:
        """The same for one handler of an application that has more than pages."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = await self._answered(request, handler)
            if not response.prepared:
                response.headers.update(self._headers)
            return response

        return answer

    async def _answered(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            _require_same_origin(
                request, "application/x-www-form-urlencoded" if self._takes_forms else "application/json"
            )
            return await handler(request)
        except Refused as refusal:
            return self.problem(request, refusal.status, refusal.key)
        except web.HTTPNotFound:
            return self.problem(request, 404, "pages.not-found")
        except web.HTTPRequestEntityTooLarge:
            return self.problem(request, 413, "pages.too-large")
        except web.HTTPException as answer:
            answer.headers.update(self._headers)
            raise
        except Exception:
            number = token_hex(4)
            log.exception("A page could not be answered", extra={"event": "page_failed", "number": number})
            return self.problem(request, 500, "pages.broken", number)


def _require_same_origin(request: web.Request, content_type: str) -> None:
    """Only our own pages may change something: what they send, from the same origin. Raises Refused."""
    if request.method in ("GET", "HEAD"):
        return
    if request.content_type != content_type:
        raise Refused(415, "pages.not-json")
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if (origin is not None and urlsplit(origin).netloc != request.host) or site not in ("same-origin", "none"):
        raise Refused(403, "pages.other-site")


async def body_of(request: web.Request, model: type[Body]) -> Body:
    """The request's JSON as a model. Raises Refused with 400 when it is none or does not fit."""
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as error:
        raise Refused(400, "pages.bad-json") from error
