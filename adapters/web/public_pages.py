"""/privacy, /terms and /support: what anybody may read about the mentor before they use it. Every server has them; the
app's entry in Teams and the install page of Slack lead here.
"""

from collections.abc import Mapping, Sequence

from aiohttp import web

from adapters.web.pages import STATIC, Pages
from bot.mentoring.leaving import KEPT
from bot.message import Code, plain_spans, rich
from content.wording import Wording

PRIVACY, TERMS, SUPPORT = "/privacy", "/terms", "/support"
STATIC_PATH = "/static"
_SECTIONS: Mapping[str, Mapping[str, Sequence[str]]] = {
    PRIVACY: {
        "stores": ("people", "not", "patients", "tokens"),
        "sees": ("asker", "managers", "employer", "operator", "nobody"),
        "stop": ("word", "settings"),
        "erase": ("removed", "own"),
    },
    TERMS: {
        "use": ("voluntary", "patients", "login"),
        "promise": ("guide", "facts", "as-is"),
        "end": ("stop", "remove"),
    },
    SUPPORT: {
        "help": ("ask", "person"),
        "trouble": ("silent", "number"),
        "install": ("admin", "doctor"),
    },
}
"""Each page's sections, and the points of each, as the catalogue names them."""


class PublicPages:
    """Plain pages, the same for everybody. `organisation` runs the mentor; empty where it is not named."""

    def __init__(self, say: Wording, organisation: str) -> None:
        self._pages = Pages(say, static=STATIC_PATH, back=SUPPORT)
        self._organisation = organisation

    def add_to(self, app: web.Application) -> None:
        for path in _SECTIONS:
            app.router.add_get(path, self._pages.guarded(self.read))
        app.router.add_static(STATIC_PATH, STATIC)

    async def read(self, request: web.Request) -> web.Response:
        say, name = self._pages.say, request.path.strip("/")
        values = {"days": KEPT.days, "who": self._organisation or say("public.whoever")}
        sections = [
            (
                say(f"public.{name}.{section}"),
                [_spans(say(f"public.{name}.{section}.{point}", **values)) for point in points],
            )
            for section, points in _SECTIONS[request.path].items()
        ]
        others = [(path, say(f"public.{path.strip('/')}.short")) for path in _SECTIONS if path != request.path]
        return self._pages.page(
            "public.html",
            title=say(f"public.{name}.title"),
            lead=say(f"public.{name}.lead"),
            run_by=say("public.run-by", organisation=self._organisation) if self._organisation else "",
            sections=sections,
            others=others,
        )


def _spans(sentence: str) -> list[tuple[bool, str]]:
    """Its words, and whether they are something to type."""
    return [
        (isinstance(span, Code), span.text if isinstance(span, Code) else plain_spans((span,)))
        for span in rich(sentence)
    ]
