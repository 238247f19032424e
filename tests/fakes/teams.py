"""A strict local Teams: the connector that the mentor answers, refusing what Teams refuses, and on request throttling,
breaking, or cutting a connection before or after it took an activity.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes.adaptive_kit import refused_for
from tests.fakes.teams_files import FileStore
from tests.fakes.teams_keys import APP

TOKEN = "a-fixed-token-for-tests"
TENANT = "22222222-aaaa-bbbb-cccc-000000000001"
USER = "33333333-aaaa-bbbb-cccc-000000000001"
"""A sample member's id in Entra."""
OTHER = "33333333-aaaa-bbbb-cccc-000000000002"
TEAMS_ID = "29:1sample"
BOT = f"28:{APP}"
PATIENCE = 20.0
"""Seconds a test waits for something that normally takes milliseconds, before it fails."""
SUCCESS = {"POST": 201, "PUT": 200, "DELETE": 200, "GET": 200}

Json = dict[str, Any]


@dataclass(frozen=True)
class Says:
    """A status, and what comes with it."""

    status: int
    code: str = ""
    after: str = ""
    body: bytes = b""


@dataclass(frozen=True)
class Cut:
    """The connection breaks: before Teams took the call, or just after."""

    taken: bool


@dataclass(frozen=True)
class Held:
    """The call is answered only when the test says so."""

    until: asyncio.Event = field(default_factory=asyncio.Event)


Mishap = Says | Cut | Held


@dataclass
class FakeTeams:
    """One organization with a few people. Everything Teams took is kept for the test to look at."""

    people: dict[str, str] = field(
        default_factory=lambda: {USER: TEAMS_ID, "33333333-aaaa-bbbb-cccc-000000000002": "29:2"}
    )
    """Entra id → Teams id."""
    knows_everybody: bool = False
    """Whoever is asked for is there, in whatever organization: for sample members."""
    conversations: dict[str, str] = field(default_factory=lambda: {"19:team@thread.tacv2": ""})
    """Id → whose personal one it is; "" for those of several people."""
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    """Those that are accepted,"""
    accepts: Callable[[str], bool] = field(default=lambda _: False)
    """and what else is."""
    calls: list[str] = field(default_factory=list)
    """Every call, taken or not: "send", "update", "delete", "create", "member"."""
    used: list[str] = field(default_factory=list)
    """The token of each call."""
    sent: list[Json] = field(default_factory=list)
    """Activities taken, each with `id`, `conversation` and `_targeted`."""
    updated: list[Json] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    created: list[Json] = field(default_factory=list)
    """What new conversations were asked for with."""
    mishaps: dict[str, deque[Mishap]] = field(default_factory=lambda: defaultdict(deque))
    url: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    store: FileStore = field(default_factory=FileStore)
    _numbers: int = 0

    @property
    def service_url(self) -> str:
        return f"{self.url}/emea/"

    @property
    def cards(self) -> list[Json]:
        """The cards of the activities taken."""
        return [each["attachments"][0]["content"] for each in self.sent if each.get("attachments")]

    def goes_wrong(self, call: str, *mishaps: Mishap) -> None:
        """The next calls of that name meet these, one each."""
        self.mishaps[call].extend(mishaps)

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for something this Teams sees."""
        async with asyncio.timeout(PATIENCE):
            while not happened():
                self.changed.clear()
                await self.changed.wait()

    def personal(self, user: str = USER) -> str:
        """The id of somebody's personal conversation, which is always the same."""
        name = f"a:personal-{user}"
        self.conversations[name] = user
        return name

    async def answer(self, request: web.Request, call: str) -> web.StreamResponse:
        """Any call of the connector's API."""
        self.calls.append(call)
        self.changed.set()
        self.used.append(request.headers.get("Authorization", "").removeprefix("Bearer "))
        try:
            return await self._answer(request, call)
        finally:
            self.changed.set()

    async def _answer(self, request: web.Request, call: str) -> web.StreamResponse:
        mishap = self.mishaps[call].popleft() if self.mishaps[call] else None
        if isinstance(mishap, Held):
            await mishap.until.wait()
        if isinstance(mishap, Says):
            return _said(mishap)
        if isinstance(mishap, Cut) and not mishap.taken:
            return _cut(request)
        if self.used[-1] not in self.tokens and not self.accepts(self.used[-1]):
            return _said(Says(401, "BotNotRegistered"))
        body = await request.json() if request.can_read_body else {}
        answer = getattr(self, f"_{call}")(request, body)
        if isinstance(mishap, Cut):
            return _cut(request)
        return answer if isinstance(answer, web.Response) else web.json_response(answer, status=SUCCESS[request.method])

    def _send(self, request: web.Request, activity: Json) -> Json | web.Response:
        conversation = request.match_info["conversation"]
        if refusal := self._refusal(conversation, activity):
            return refusal
        self._numbers += 1
        taken = {**activity, "id": f"act-{self._numbers}", "conversation": {"id": conversation}}
        self.sent.append({**taken, "_targeted": request.query.get("isTargetedActivity") == "true"})
        return {"id": taken["id"]}

    def _update(self, request: web.Request, activity: Json) -> Json | web.Response:
        conversation, name = request.match_info["conversation"], request.match_info["activity"]
        if refusal := self._refusal(conversation, activity):
            return refusal
        if name not in [each["id"] for each in self.sent]:
            return _said(Says(404, "ActivityNotFoundInConversation"))
        self.updated.append({**activity, "id": name})
        return web.Response()  # as Teams does: nothing in it

    def _delete(self, request: web.Request, _: Json) -> Json | web.Response:
        self.deleted.append(request.match_info["activity"])
        return web.Response()

    def _create(self, _: web.Request, asked: Json) -> Json | web.Response:
        tenant, [member] = asked["channelData"]["tenant"]["id"], asked["members"]
        user = next((user for user, name in self.people.items() if member["id"] in (user, name)), None)
        if self.knows_everybody:
            user = user or member["id"]
        if asked.get("tenantId") != tenant or asked.get("isGroup") is not False or user is None:
            return _said(Says(400, "BadSyntax"))
        self.created.append(asked)
        return {"id": self.personal(user)}

    def _member(self, request: web.Request, _: Json) -> Json | web.Response:
        found = [user for user, name in self.people.items() if request.match_info["user"] in (user, name)]
        if not found:
            return _said(Says(404, "MemberNotFoundInConversation"))
        return {"id": self.people[found[0]], "aadObjectId": found[0], "tenantId": TENANT, "name": "Sample member"}

    def _refusal(self, conversation: str, activity: Json) -> web.Response | None:
        if conversation.partition(";")[0] not in self.conversations:
            return _said(Says(404, "ConversationNotFound"))
        if activity.get("from", {}).get("id") != BOT or activity.get("conversation", {}).get("id") != conversation:
            return _said(Says(400, "BadArgument"))
        if why := refused_for(activity):
            return _said(Says(413 if why == "too large" else 400, f"BadArgument: {why}"))
        return None


def _said(says: Says) -> web.Response:
    headers = {"Retry-After": says.after} if says.after else {}
    if says.body:
        return web.Response(status=says.status, body=says.body, headers=headers)
    error = {"error": {"code": says.code, "message": "as the test wished"}}
    return web.json_response(error, status=says.status, headers=headers)


def _cut(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    return web.Response()


@asynccontextmanager
async def running_teams() -> AsyncIterator[FakeTeams]:
    teams = FakeTeams()
    app = web.Application(client_max_size=1 << 20)
    there = "/emea/v3/conversations"
    for method, path, call in (
        ("POST", "", "create"),
        ("POST", "/{conversation}/activities", "send"),
        ("POST", "/{conversation}/activities/{to}", "send"),
        ("PUT", "/{conversation}/activities/{activity}", "update"),
        ("DELETE", "/{conversation}/activities/{activity}", "delete"),
        ("GET", "/{conversation}/members/{user}", "member"),
    ):
        app.router.add_route(method, f"{there}{path}", _named(teams, call))
    app.router.add_put("/store/{name}", teams.store.receive)
    async with TestServer(app) as server:
        teams.url = teams.store.url = str(server.make_url("")).rstrip("/")
        yield teams


def _named(teams: FakeTeams, call: str) -> Callable[[web.Request], Any]:
    async def answer(request: web.Request) -> web.StreamResponse:
        return await teams.answer(request, call)

    return answer
