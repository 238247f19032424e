"""The mentor's own server with Slack added, on a free port, and a way to knock at it as Slack does: signed, in time."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientResponse, ClientSession, web
from aiohttp.test_utils import TestServer
from slack_sdk.signature import SignatureVerifier

from adapters.slack.inbound import add_slack
from adapters.slack.transport import SlackMessenger
from adapters.web.public_pages import PublicPages
from adapters.wiring import Answering, Wiring
from bot.clock import Clock, Clocks
from bot.conversation import Conversation, Request
from bot.database import Database
from bot.message import Message, Paragraph, text
from bot.settings import read_settings
from content.wording import load_wordings
from tests.fakes.slack import BOT, TEAM, TOKEN, FakeSlack
from tests.fakes.slack_views import filled_in, submission_faults

SECRET = "a-signing-secret-for-tests"
USER = "U0SAMPLE1"
Json = dict[str, Any]


@dataclass
class Echo:
    """A conversation that says what it heard. `held` makes it wait, `fails` makes it break."""

    heard: list[Request] = field(default_factory=list)
    held: asyncio.Event | None = None
    fails: bool = False

    async def answer(self, request: Request) -> Message:
        self.heard.append(request)
        if self.held is not None:
            await self.held.wait()
        if self.fails:
            raise RuntimeError(f"the sample conversation broke at {request.text!r}")
        return Message("You said", (Paragraph(text(request.text or "(nothing)")),))


@dataclass
class Door:
    """The mentor's side of Slack, as Slack sees it."""

    url: str
    http: ClientSession
    clock: Clock
    slack: FakeSlack
    messenger: SlackMessenger

    async def knock(
        self, body: str | bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> ClientResponse:
        """One signed request; `headers` replace what would be sent, an empty value leaves it out."""
        timestamp = str(int(self.clock.now().timestamp()))
        all_headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(body, timestamp),
            **(headers or {}),
        }
        given = {name: value for name, value in all_headers.items() if value}
        return await self.http.post(f"{self.url}/slack/events", data=body, headers=given)

    async def slash(self, text: str, **fields: str) -> ClientResponse:
        """`/mentor <text>`."""
        form = {
            "command": "/mentor",
            "text": text,
            "team_id": TEAM,
            "user_id": USER,
            "channel_id": "C0GENERAL",
            "response_url": self.slack.response_url(),
            "trigger_id": "1.2.a",
            **fields,
        }
        return await self.knock(urlencode(form), "application/x-www-form-urlencoded")

    async def press(
        self, action: Json, *, trigger: str = "1.2.b", state: Json | None = None, response_url: str = ""
    ) -> ClientResponse:
        """Something on a message of ours was pressed, picked or filled in."""
        payload: Json = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": USER, "team_id": TEAM},
            "channel": {"id": "D0SAMPLE1", "name": "directmessage"},
            "container": {"type": "message", "message_ts": "1764000000.000001"},
            "trigger_id": trigger,
            "response_url": response_url or self.slack.response_url(),
            "actions": [action],
            "state": state or {"values": {}},
        }
        return await self._interact(payload)

    async def press_in(self, view: Json, action: Json, *, trigger: str = "1.2.v") -> ClientResponse:
        """Something on a modal or on Home was pressed: Slack sends no response_url then."""
        payload = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": USER, "team_id": TEAM},
            "container": {"type": "view", "view_id": view["id"]},
            "trigger_id": trigger,
            "view": {"state": {"values": {}}, **view},
            "actions": [action],
        }
        return await self._interact(payload)

    async def submit(self, view: Json, filled: Mapping[str, str], *, trigger: str = "1.2.s") -> Json | None:
        """A modal is filled in, by the names of its fields, and submitted. What Slack is told to do with it, which it
        checks; None for an empty acknowledgement.
        """
        payload = {
            "type": "view_submission",
            "team": {"id": TEAM},
            "user": {"id": USER, "team_id": TEAM},
            "trigger_id": trigger,
            "view": {**view, "state": {"values": filled_in(view, filled)}},
        }
        answer = await self._interact(payload)
        assert answer.status == 200, answer.status
        if not await answer.text():
            return None
        told: Json = await answer.json()
        assert submission_faults(view, told) == []
        return told

    async def _interact(self, payload: Json) -> ClientResponse:
        return await self.knock(urlencode({"payload": json.dumps(payload)}), "application/x-www-form-urlencoded")

    async def open_home(self, tab: str = "home", *, event_id: str = "EvHome", **more: Any) -> ClientResponse:
        """The sample member opens the mentor's page or messages."""
        event = {
            "type": "app_home_opened",
            "user": USER,
            "channel": "D0SAMPLE1",
            "tab": tab,
            "event_ts": "1764000000.1",
        }
        return await self.tell({**event, **more}, event_id=event_id)

    async def tell(self, event: Json, *, event_id: str = "Ev1", **envelope: Any) -> ClientResponse:
        """An event of the Events API."""
        body = {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0SAMPLE1",
            "event_id": event_id,
            "event": event,
            "authorizations": [{"team_id": TEAM, "user_id": BOT, "is_bot": True}],
            **envelope,
        }
        return await self.knock(json.dumps(body), "application/json")

    async def write(self, text: str, *, event_id: str = "Ev1", **more: Any) -> ClientResponse:
        """A direct message by the sample member."""
        event = {"type": "message", "channel_type": "im", "channel": "D0SAMPLE1", "user": USER, "text": text}
        return await self.tell({**event, "ts": "1764000000.000009", **more}, event_id=event_id)


def sign(body: str | bytes, timestamp: str, secret: str = SECRET) -> str:
    return SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body) or ""


def button(value: str) -> Json:
    return {"type": "button", "action_id": "c:0", "block_id": "b1", "value": value}


def wiring(slack: FakeSlack, database: Database, clocks: Clocks, conversation: Answering, **settings: str) -> Wiring:
    """Settings given by name replace ours; an empty one is left out."""
    given = {"SLACK_SIGNING_SECRET": SECRET, "SLACK_BOT_TOKEN": TOKEN, "SLACK_API_URL": f"{slack.url}/api", **settings}
    say = load_wordings()["en"]
    files = conversation if isinstance(conversation, Conversation) else None
    known = frozenset({"en", "es"})
    return Wiring(read_settings(given), conversation, database, clocks, say, languages=known, files=files)


@asynccontextmanager
async def open_door(
    slack: FakeSlack,
    database: Database,
    clocks: Clocks,
    conversation: Answering,
    *,
    answer_within: float = 2.5,
    port: int | None = None,
    **settings: str,
) -> AsyncIterator[Door]:
    """A server started on this database, as a restart would."""
    app = web.Application()
    parts = wiring(slack, database, clocks, conversation, **settings)
    PublicPages(parts.say, parts.settings.ORG_NAME).add_to(app)
    messenger = add_slack(app, parts, answer_within=answer_within)
    async with TestServer(app, port=port) as server, ClientSession() as http:
        yield Door(str(server.make_url("")).rstrip("/"), http, clocks.machine, slack, messenger)
