"""The mentor's own server with Teams added, on a free port, and a way to knock at it as Teams does."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer

from adapters.teams.dispatch import Ears
from adapters.teams.inbound import Hands, add_teams
from adapters.teams.listeners import Listeners
from adapters.teams.sdk.connector import Connector
from adapters.teams.sdk.signin import sign_in
from adapters.teams.transport import TeamsMessenger
from adapters.wiring import Answering, Wiring
from bot.clock import Clock, Clocks
from bot.conversation import Conversation
from bot.database import Database
from bot.settings import read_settings
from content.wording import load_wordings
from tests.fakes.teams import BOT, TEAMS_ID, TENANT, TOKEN, USER, FakeTeams
from tests.fakes.teams_keys import APP, KeyServer, claims, token
from tests.fakes.teams_login import TokenEndpoint

Json = dict[str, Any]
TEAM = "19:team@thread.tacv2"
GROUP = "19:group@thread.v2"


@dataclass
class TeamsDoor:
    """The mentor's side of Teams, as Teams sees it."""

    url: str
    http: ClientSession
    clock: Clock
    teams: FakeTeams
    keys: KeyServer
    messenger: TeamsMessenger
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def knock(
        self, activity: Json | bytes | str, *, authorization: str | None = None, content_type: str = "application/json"
    ) -> ClientResponse:
        """One request with a genuine token; `authorization` replaces its header, an empty one leaves it out."""
        body = json.dumps(activity) if isinstance(activity, dict) else activity
        header = f"Bearer {self.token()}" if authorization is None else authorization
        headers = {"Content-Type": content_type, **({"Authorization": header} if header else {})}
        return await self.http.post(f"{self.url}/api/messages", data=body, headers=headers)

    def token(self, **changed: Any) -> str:
        """One that is good now; a claim that is None is left out."""
        said = {"service_url": self.teams.service_url, "now": self.clock.now().timestamp(), **changed}
        return token(claims(**said))

    def activity(self, kind: str = "message", **changed: Any) -> Json:
        """What Teams sends when the sample member does something in their personal chat."""
        said = {
            "type": kind,
            "id": f"in-{next(self.numbers)}",
            "timestamp": "2026-11-23T17:00:00.000Z",
            "channelId": "msteams",
            "serviceUrl": self.teams.service_url,
            "from": {"id": TEAMS_ID, "name": "Sample member", "aadObjectId": USER},
            "recipient": {"id": BOT, "name": "Mentor"},
            "conversation": {"id": self.teams.personal(), "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            "locale": "en-US",
            "localTimezone": "America/Chicago",
            "entities": [{"type": "clientInfo", "locale": "en-US", "timezone": "America/Chicago", "platform": "Web"}],
            **changed,
        }
        return {name: value for name, value in said.items() if value is not None}

    async def say(self, text: str, **changed: Any) -> ClientResponse:
        """The sample member types something in their personal chat."""
        return await self.knock(self.activity(text=text, textFormat="plain", **changed))

    async def say_in(self, conversation: str, text: str, **changed: Any) -> ClientResponse:
        """They mention the mentor in a team's channel, or in a group chat."""
        kind = "channel" if conversation.startswith(TEAM) else "groupChat"
        there = {"id": conversation, "conversationType": kind, "tenantId": TENANT, "isGroup": True}
        team = {"team": {"id": TEAM}} if kind == "channel" else {}
        mention = {"type": "mention", "text": "<at>Mentor</at>", "mentioned": {"id": BOT, "name": "Mentor"}}
        self.teams.conversations.setdefault(conversation.partition(";")[0], "")
        said = {
            "text": f"<at>Mentor</at> {text}",
            "conversation": there,
            "entities": [mention],
            "channelData": {"tenant": {"id": TENANT}, **team},
            **changed,
        }
        return await self.knock(self.activity(**said))

    async def submit(self, value: Json, replies_to: str = "act-1", **changed: Any) -> ClientResponse:
        """An Action.Submit on one of our cards."""
        return await self.knock(self.activity(value=value, replyToId=replies_to, **changed))

    async def invoke(self, name: str, value: Json, replies_to: str = "act-1", **changed: Any) -> ClientResponse:
        """Something that waits for an answer, such as an Action.Execute or a dialog."""
        return await self.knock(self.activity("invoke", name=name, value=value, replyToId=replies_to, **changed))

    async def press(self, action: Json, replies_to: str = "act-1", **changed: Any) -> ClientResponse:
        """An Action.Execute of one of our cards; `action` as it stands on the card."""
        pressed = {"type": "Action.Execute", "verb": action.get("verb", ""), "data": action.get("data", {})}
        return await self.invoke("adaptiveCard/action", {"action": pressed, "trigger": "manual"}, replies_to, **changed)

    async def install(self, action: str = "add", **changed: Any) -> ClientResponse:
        """The app is added for the sample member, or with "remove" taken away."""
        return await self.knock(self.activity("installationUpdate", action=action, **changed))

    async def install_in(self, conversation: str = TEAM, action: str = "add", **changed: Any) -> ClientResponse:
        """The same for a team or a group chat."""
        kind = "channel" if conversation == TEAM else "groupChat"
        there = {"id": conversation, "conversationType": kind, "tenantId": TENANT, "isGroup": True}
        team = {"team": {"id": TEAM}} if kind == "channel" else {}
        self.teams.conversations.setdefault(conversation, "")
        said = {"conversation": there, "channelData": {"tenant": {"id": TENANT}, **team}, **changed}
        return await self.knock(self.activity("installationUpdate", action=action, **said))


def teams_settings(teams: FakeTeams, keys: KeyServer, **settings: str) -> dict[str, str]:
    """The environment of a mentor that talks to this Teams. Settings given by name replace ours; an empty one is left
    out."""
    given = {
        "MicrosoftAppId": APP,
        "TEAMS_TENANTS": TENANT,
        "BOT_OPENID_METADATA_URL": keys.metadata_url,
        "BOT_SERVICE_URLS": teams.service_url,
        "BOT_ACCESS_TOKEN": TOKEN,
        **settings,
    }
    return {name: value for name, value in given.items() if value}


def teams_wiring(
    teams: FakeTeams, keys: KeyServer, database: Database, clocks: Clocks, conversation: Answering, **settings: str
) -> Wiring:
    say = load_wordings()
    given = read_settings(teams_settings(teams, keys, **settings))
    files = conversation if isinstance(conversation, Conversation) else None
    return Wiring(given, conversation, database, clocks, say["en"], languages=frozenset(say), files=files)


@asynccontextmanager
async def open_teams(
    teams: FakeTeams,
    keys: KeyServer,
    database: Database,
    clocks: Clocks,
    conversation: Answering,
    *,
    ears: Callable[[Hands], Ears] = Listeners,
    answer_within: float = 5.0,
    login: TokenEndpoint | None = None,
    **settings: str,
) -> AsyncIterator[TeamsDoor]:
    """A server started on this database, as a restart would. With a `login` it signs in there to answer; else it has a
    fixed token."""
    app = web.Application()
    parts = teams_wiring(teams, keys, database, clocks, conversation, **settings)
    connector = Connector(sign_in(parts.settings, clocks.machine, login.session())) if login else None
    messenger = add_teams(app, parts, ears, answer_within=answer_within, connector=connector)
    async with TestServer(app) as server, ClientSession() as http:
        yield TeamsDoor(str(server.make_url("")).rstrip("/"), http, clocks.machine, teams, keys, messenger)
