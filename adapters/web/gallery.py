"""The gallery: every example of every command and nudge, drawn side by side as Slack, Teams and plain text. Made once,
when first asked for; `adapters.web.playground` adds it.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from adapters.rehearsal import Scene, play, scenes
from adapters.slack.exhibits import views
from adapters.teams.exhibits import views as teams_views
from adapters.web.inbox import drawn
from adapters.web.pages import Pages
from bot.conversation import Knowledge
from bot.message import Message
from bot.words import Command


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One example as the page shows it."""

    number: int
    line: str
    after: tuple[str, ...]
    plain: str
    notice: str
    """What a notification would say; empty for an answer."""
    words: int
    slack: str
    """JSON."""
    teams: str
    """JSON."""
    views: tuple[tuple[str, str], ...] = ()
    """What it is on Slack besides: what it is called, and its JSON."""
    dialogs: tuple[tuple[str, str], ...] = ()
    """The same on Teams."""


@dataclass(frozen=True, slots=True)
class Room:
    """A command or nudge, and its examples."""

    name: str
    title: str
    summary: str
    is_nudge: bool
    exhibits: tuple[Exhibit, ...]


class Gallery:
    """Builds the page once and keeps it."""

    def __init__(self, knowledge: Knowledge, pages: Pages) -> None:
        self._knowledge = knowledge
        self._pages = pages
        self._building = asyncio.Lock()
        self._rooms: list[Room] = []

    async def page(self, _request: web.Request) -> web.Response:
        async with self._building:
            if not self._rooms:
                played = [(scene, await play(self._knowledge, scene)) for scene in scenes()]
                self._rooms = list(self._arranged(played))
        total = sum(len(room.exhibits) for room in self._rooms)
        return self._pages.page("gallery.html", rooms=self._rooms, total=total)

    def _arranged(self, played: list[tuple[Scene, Message]]) -> Iterator[Room]:
        names = dict.fromkeys(scene.name for scene, _ in played)
        for name in names:
            mine = [(scene, message) for scene, message in played if scene.name == name]
            owner = mine[0][0].owner
            exhibits = tuple(self._exhibit(scene, message) for scene, message in mine)
            if isinstance(owner, Command):
                summary = self._pages.say(owner.summary).replace("`", "")
                yield Room(name, owner.name, summary, is_nudge=False, exhibits=exhibits)
            else:
                title = self._pages.say("gallery.nudge", kind=owner.kind)
                yield Room(name, title, self._pages.say("gallery.nudge.summary"), is_nudge=True, exhibits=exhibits)

    def _exhibit(self, scene: Scene, message: Message) -> Exhibit:
        shown = drawn(message, command="mentor", opens=True)
        say = self._pages.say
        named = views(message, say, is_home=isinstance(scene.owner, Command) and scene.name == "home")
        return Exhibit(
            number=scene.number,
            line=scene.example.line,
            after=scene.example.after,
            plain=shown["plain"],
            notice=shown["notice"] if message.discreet is not None else "",
            words=message.words(),
            slack=_json(shown["slack"]),
            teams=_json(shown["teams"]),
            views=tuple((say(f"gallery.view.{name}"), _json(view)) for name, view in named.items()),
            dialogs=tuple(
                (say(f"gallery.dialog.{name}"), _json(card)) for name, card in teams_views(message, say).items()
            ),
        )


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


def gallery_routes(knowledge: Knowledge, pages: Pages) -> web.Application:
    """The gallery as an application of its own, to stand under /gallery."""
    app = web.Application(middlewares=[pages.middleware])
    app.router.add_get("", Gallery(knowledge, pages).page)
    return app
