"""The playground's page and the JSON that its script asks for. `adapters.server` adds it, in the demo only."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Annotated, Any, Literal

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from adapters.composition import Mentor
from adapters.server import Beside
from adapters.slack.pressed import command_line as slack_line
from adapters.teams.submitted import command_line as teams_line
from adapters.web.demo_world import DemoWorld, Entry, Look, local_words
from adapters.web.gallery import gallery_routes
from adapters.web.looking import looking
from adapters.web.pages import STATIC, Pages, Refused, body_of
from adapters.web.personas import PERSONAS, Persona
from adapters.web.taking import download
from bot.clock import Clocks, MachineClock, MovableClock
from bot.commands import find_commands
from bot.files import Made
from jobs.post_office import PostOffice

SCRIPT_WORDS = "playground.script."
"""Keys of the sentences that the page's script says."""


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    member: str


class _Said(_Asked):
    text: Annotated[str, Field(max_length=100_000)]


class _Moved(_Asked):
    days: Literal[1, 7]


class _SlackPress(BaseModel):
    action: dict[str, JsonValue]
    values: dict[str, dict[str, dict[str, str | None]]] = {}


class _Pressed(_Asked):
    message: int
    slack: _SlackPress | None = None
    teams: dict[str, str] | None = None


class Playground:
    """Handlers over one world."""

    def __init__(self, world: DemoWorld, look: Look, pages: Pages) -> None:
        self._world = world
        self._look = look
        self._pages = pages

    async def page(self, _request: web.Request) -> web.Response:
        return self._pages.page("playground.html", personas=PERSONAS)

    async def start(self, _request: web.Request) -> web.Response:
        """What stays the same while the page is open: the commands, and the script's sentences."""
        say = self._pages.say
        words = {key.removeprefix(SCRIPT_WORDS): say(key) for key in say.keys if key.startswith(SCRIPT_WORDS)}
        return web.json_response({"commands": _commands(self._pages), "words": words})

    async def state(self, request: web.Request) -> web.Response:
        persona = self._persona(request.query.get("member", ""))
        await self._world.receive()
        return await self._view(persona)

    async def say(self, request: web.Request) -> web.Response:
        said = await body_of(request, _Said)
        persona = self._persona(said.member)
        await self._world.say(persona, said.text)
        return await self._view(persona)

    async def press(self, request: web.Request) -> web.Response:
        pressed = await body_of(request, _Pressed)
        persona = self._persona(pressed.member)
        entry = self._entry(persona, pressed.message)
        await self._world.press(persona, entry, _line(pressed))
        return await self._view(persona)

    async def move(self, request: web.Request) -> web.Response:
        moved = await body_of(request, _Moved)
        persona = self._persona(moved.member)
        await self._world.move(timedelta(days=moved.days), self._look)
        return await self._view(persona)

    async def file(self, request: web.Request) -> web.Response:
        """A file that a message offers, by its place in it; a platform would bring it by itself."""
        persona = self._persona(request.query.get("member", ""))
        message, place = (request.query.get(name, "") for name in ("message", "file"))
        offered = self._entry(persona, int(message)).drawn if message.isdecimal() and len(message) < 10 else None
        files = offered.get("files", ()) if offered else ()
        recipe = next((file["recipe"] for number, file in enumerate(files) if str(number) == place), None)
        made = await self._world.file(persona, recipe) if recipe else None
        if not isinstance(made, Made):
            raise Refused(404, "playground.no-message")
        return download(made)

    def _entry(self, persona: Persona, number: int) -> Entry:
        """A message of the mentor's."""
        transcript = self._world.transcript(persona.user)
        entry = next((entry for entry in transcript if entry.id == number and entry.drawn), None)
        if entry is None:
            raise Refused(404, "playground.no-message")
        return entry

    def _persona(self, user: str) -> Persona:
        persona = self._world.persona(user)
        if persona is None:
            raise Refused(404, "playground.no-member")
        return persona

    async def _view(self, persona: Persona) -> web.Response:
        knows = await self._world.knows(persona)
        entries = self._world.transcript(persona.user)
        return web.json_response(
            {
                "member": persona.user,
                "now": local_words(self._world.now, persona.zone),
                "zone": _place(persona),
                "messages": [_message(entry, persona) for entry in entries],
                "arrived": {each.user: _arrived(self._world.transcript(each.user)) for each in PERSONAS},
                "knows": asdict(knows),
            }
        )


def _line(pressed: _Pressed) -> str:
    """The command line of what was pressed, read as each platform's own inbound side reads it."""
    if pressed.slack is not None:
        return slack_line(pressed.slack.action, {"values": pressed.slack.values})
    if pressed.teams is not None:
        return teams_line(pressed.teams)
    raise Refused(400, "pages.bad-json")


def _message(entry: Entry, persona: Persona) -> dict[str, Any]:
    return {
        "id": entry.id,
        "revision": entry.revision,
        "author": entry.author,
        "at": local_words(entry.at, persona.zone),
        "words": entry.words,
        "notice": entry.notice,
        "drawn": entry.drawn,
    }


def _arrived(entries: Sequence[Entry]) -> int:
    return sum(entry.author == "unasked" for entry in entries)


def _place(persona: Persona) -> str:
    return persona.zone.rpartition("/")[2].replace("_", " ")


def _commands(pages: Pages) -> list[dict[str, Any]]:
    """Every command, what it does, and lines to try."""
    return [
        {
            "name": command.name,
            "summary": pages.say(command.summary).replace("`", ""),
            "examples": [example.line for example in command.examples if example.line.startswith(f"{command.name} ")],
        }
        for command in find_commands()
    ]


def demo_clocks() -> Clocks:
    """A calendar that the page can move, over the machine's own clock."""
    machine = MachineClock()
    return Clocks(calendar=MovableClock(machine), machine=machine)


async def open_playground(app: web.Application, mentor: Mentor, office: PostOffice) -> Beside:
    """Fill the sample workspace, and add /playground and /gallery to the server's application. Returns what must run
    beside the server: the calendar's own time, and the deliveries it brings.

    The mentor's calendar must be that of `demo_clocks`. Raises TypeError when it cannot be moved.
    """
    calendar = mentor.clocks.calendar
    if not isinstance(calendar, MovableClock):
        raise TypeError("the playground moves its calendar: open the mentor with demo_clocks()")
    world = DemoWorld(mentor, calendar)
    look = looking(office)
    await world.prepare(look)
    pages = Pages(mentor.knowledge.wordings["en"])
    app.router.add_get("/", _to_the_playground)
    app.add_subapp("/playground", _routes(Playground(world, look, pages), pages))
    app.add_subapp("/gallery", gallery_routes(mentor.knowledge, pages))
    return partial(world.live, look)


async def _to_the_playground(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/playground")


def _routes(playground: Playground, pages: Pages) -> web.Application:
    app = web.Application(middlewares=[pages.middleware])
    app.router.add_get("", playground.page)
    app.router.add_get("/api/start", playground.start)
    app.router.add_get("/api/state", playground.state)
    app.router.add_get("/api/file", playground.file)
    app.router.add_post("/api/say", playground.say)
    app.router.add_post("/api/press", playground.press)
    app.router.add_post("/api/move", playground.move)
    app.router.add_static("/static", STATIC)
    return app
