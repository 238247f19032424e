"""A strict local Slack: the Web API methods and response URLs that the mentor uses, refusing what Slack refuses, and on
request throttling, breaking, or cutting a connection before or after it took a message.
"""

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes.block_kit import refused_for
from tests.fakes.slack_files import SlackFiles
from tests.fakes.slack_mishaps import Broken, Cut, Garbled, Held, Mishap, Refused, Throttled, cut, wrong_answer
from tests.fakes.slack_oauth import FakeOAuth, Place
from tests.fakes.slack_people import FakeDnd
from tests.fakes.slack_sockets import Sockets
from tests.fakes.slack_views import SlackViews

TOKEN = "xoxb-sample-token"
TEAM, BOT = "T0SAMPLE1", "U0MENTOR1"
PATIENCE = 5.0
"""Seconds a test waits for something that normally takes milliseconds, before it fails."""

Json = dict[str, Any]
__all__ = ["Broken", "Cut", "FakeSlack", "Garbled", "Held", "Refused", "Throttled", "running_slack"]


@dataclass
class FakeSlack:
    """One workspace with a few people. Everything Slack took is kept for the test to look at."""

    zones: dict[str, str] = field(default_factory=lambda: {"U0SAMPLE1": "America/Chicago", "U0SAMPLE2": ""})
    channels: set[str] = field(default_factory=lambda: {"D0SAMPLE1", "D0SAMPLE2", "C0GENERAL"})
    calls: list[str] = field(default_factory=list)
    """Every method called, taken or not."""
    oauth: FakeOAuth = field(default_factory=lambda: FakeOAuth(live={TOKEN: Place()}))
    used: list[tuple[str, str]] = field(default_factory=list)
    """Every method that was called with a token, and the token."""
    posted: list[Json] = field(default_factory=list)
    """Messages that chat.postMessage and chat.postEphemeral took."""
    stamps: list[str] = field(default_factory=list)
    """Their timestamps."""
    locale: str = "en-US"
    """The language in which everybody here uses Slack."""
    dnd: FakeDnd = field(default_factory=FakeDnd)
    first_stamp: int = 1764000000
    responses: list[Json] = field(default_factory=list)
    """What response URLs took, with the number of the URL."""
    url: str = ""
    mishaps: dict[str, deque[Mishap]] = field(default_factory=lambda: defaultdict(deque))
    uses: list[int] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    files: SlackFiles = field(init=False)
    sockets: Sockets = field(init=False)
    views: SlackViews = field(init=False)

    def __post_init__(self) -> None:
        self.sockets = Sockets(self.changed)
        self.views = SlackViews(self.zones)
        self.files = SlackFiles(self._file_shared)

    def goes_wrong(self, method: str, *mishaps: Mishap) -> None:
        """The next calls of a method meet these, one each. `respond` names the response URLs."""
        self.mishaps[method].extend(mishaps)

    def response_url(self) -> str:
        self.uses.append(0)
        return f"{self.url}/respond/{len(self.uses) - 1}"

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something this Slack sees."""
        async with asyncio.timeout(PATIENCE):
            while not happened():
                self.changed.clear()
                await self.changed.wait()

    async def api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls.append(method)
        self.changed.set()
        mishap = self.mishaps[method].popleft() if self.mishaps[method] else None
        if isinstance(mishap, Held):
            await mishap.until.wait()
        try:
            return await self._api(request, method, mishap)
        finally:
            self.changed.set()

    async def _api(self, request: web.Request, method: str, mishap: Mishap | None) -> web.StreamResponse:
        if mishap is not None and (answer := wrong_answer(request, mishap)) is not None:
            return answer
        given, authorization = await _arguments(request), request.headers.get("Authorization", "")
        if method == "oauth.v2.access":
            taken = self.oauth.access(authorization, given)
        elif method == "apps.connections.open":
            taken = self.sockets.opened(authorization)
        elif (error := self._unknown(request)) is not None:
            return web.json_response({"ok": False, "error": error})
        else:
            taken = self._methods()[method](given)
        return cut(request) if isinstance(mishap, Cut) else web.json_response(taken)

    def _unknown(self, request: web.Request) -> str | None:
        given = request.headers.get("Authorization", "")
        if not given:
            return "not_authed"
        self.used.append((request.match_info["method"], given.removeprefix("Bearer ")))
        if error := self.oauth.unknown(given.removeprefix("Bearer ")):
            return error
        return None if request.match_info["method"] in self._methods() else "unknown_method"

    def _methods(self) -> dict[str, Callable[[Json], Json]]:
        return {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post_message,
            "chat.postEphemeral": self._post_ephemeral,
            "conversations.history": self._history,
            "conversations.open": self._open,
            "dnd.teamInfo": self.dnd.team_info,
            "users.info": self._user,
            **self.files.methods(),
            **self.views.methods(),
        }

    def _auth_test(self, _: Json) -> Json:
        place = self.oauth.live[self.used[-1][1]]
        about = {"team": place.name, "team_id": place.id, "user": "mentor", "user_id": place.bot, "bot_id": "B0MENTOR1"}
        return {"ok": True, "url": "https://sample.example.org/", **about}

    def _post_message(self, said: Json) -> Json:
        if said.get("channel") not in self.channels | self.zones.keys():
            return {"ok": False, "error": "channel_not_found"}
        metadata = said.get("metadata")
        if metadata is not None and not (
            isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
        ):
            return {"ok": False, "error": "invalid_metadata_format"}
        return self._take(said)

    def _post_ephemeral(self, said: Json) -> Json:
        if said.get("channel") not in self.channels or said.get("user") not in self.zones:
            return {"ok": False, "error": "channel_not_found"}
        return self._take(said)

    def _take(self, said: Json) -> Json:
        if error := refused_for(said):
            return {"ok": False, **error}
        self.posted.append(said)
        self.stamps.append(f"{self.first_stamp}.{len(self.posted):06}")
        return {"ok": True, "channel": self._channel_of(said["channel"]), "ts": self.stamps[-1]}

    def _file_shared(self, said: Json) -> str | None:
        """A message with files, in a direct message of somebody here; the error where there is no such channel."""
        if said["channel"] not in self.channels:
            return "channel_not_found"
        self.posted.append(said)
        self.stamps.append(f"{self.first_stamp}.{len(self.posted):06}")
        return None

    def _channel_of(self, name: str) -> str:
        """A person's direct messages have a channel of their own."""
        return name if name not in self.zones else name.replace("U0", "D0")

    def _history(self, asked: Json) -> Json:
        """Newest first, no more than 15 a page; metadata only for whoever asks for it."""
        if asked.get("channel") not in self.channels:
            return {"ok": False, "error": "channel_not_found"}
        with_metadata = str(asked.get("include_all_metadata", "")).lower() in ("1", "true")
        found = [
            {"type": "message", "ts": ts, "text": said["text"]}
            | {
                name: said[name]
                for name in ("metadata", "files")
                if name in said and (with_metadata or name == "files")
            }
            for said, ts in zip(self.posted, self.stamps, strict=True)
            if self._channel_of(said["channel"]) == asked["channel"] and float(ts) > float(asked.get("oldest", 0))
        ]
        found.reverse()
        begin, size = int(asked.get("cursor") or 0), min(15, int(asked.get("limit", 100)))
        rest = str(begin + size) if len(found) > begin + size else ""
        page = {"messages": found[begin : begin + size], "has_more": bool(rest)}
        return {"ok": True, **page, "response_metadata": {"next_cursor": rest}}

    def _open(self, asked: Json) -> Json:
        if asked.get("users") not in self.zones:
            return {"ok": False, "error": "user_not_found"}
        return {"ok": True, "channel": {"id": self._channel_of(asked["users"])}}

    def _user(self, asked: Json) -> Json:
        user = asked.get("user")
        if user not in self.zones:
            return {"ok": False, "error": "user_not_found"}
        profile = {"display_name": "Sample One", "real_name": "Sample Whole Name"}
        about = {"id": user, "tz": self.zones[user], "is_bot": False, "deleted": False, "profile": profile}
        with_locale = str(asked.get("include_locale", "")).lower() in ("1", "true")
        return {"ok": True, "user": about | ({"locale": self.locale} if with_locale else {})}

    async def respond(self, request: web.Request) -> web.StreamResponse:
        try:
            return await self._respond(request, int(request.match_info["number"]))
        finally:
            self.changed.set()

    async def _respond(self, request: web.Request, number: int) -> web.StreamResponse:
        said = await request.json()
        mishap = self.mishaps["respond"].popleft() if self.mishaps["respond"] else None
        if mishap is not None and (answer := wrong_answer(request, mishap)) is not None:
            return answer
        if number >= len(self.uses) or self.uses[number] >= 5:
            return web.Response(status=404, text="used_url")
        if error := refused_for(said):
            return web.Response(status=400, text=json.dumps(error))
        self.uses[number] += 1
        self.responses.append({"number": number, **said})
        return web.Response(text="ok")


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        body: Json = await request.json()
        return body
    given = {**request.query, **await request.post()}
    return {key: json.loads(str(value)) if key in ("blocks", "metadata") else value for key, value in given.items()}


@asynccontextmanager
async def running_slack() -> AsyncIterator[FakeSlack]:
    """A Slack of its own for one test."""
    slack = FakeSlack()
    app = web.Application(client_max_size=10_000_000)
    app.router.add_route("*", "/api/{method}", slack.api)
    app.router.add_get("/oauth/v2/authorize", slack.oauth.page)
    app.router.add_post("/respond/{number}", slack.respond)
    app.router.add_post("/upload/{file}", slack.files.receive)
    app.router.add_get("/socket", slack.sockets.connected)
    async with TestServer(app) as server:
        slack.url = slack.files.url = slack.sockets.url = str(server.make_url("")).rstrip("/")
        yield slack
