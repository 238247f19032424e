"""The Bot Connector's REST API, through the SDK's own client: conversations, activities, members. Only
`adapters.teams.api` calls it, which turns what is raised here into the mentor's errors.

Mended here: the SDK's client signs in with blocking calls inside the event loop, knows no time limit, follows redirects
with the token, writes `tenantId` as `tenantID`, and drops what it has no name for (the contents of mentions). So it is
given our own pipeline, and bodies go out as they are. Answers are plain JSON.
"""

import json
import logging
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import aiohttp
from botframework.connector.aio import ConnectorClient
from botframework.connector.bot_framework_sdk_client_async import BotFrameworkConnectorConfiguration
from msrest.pipeline import Response as PipelineResponse
from msrest.pipeline.async_abc import AsyncHTTPPolicy, AsyncHTTPSender, AsyncPipeline
from msrest.serialization import Serializer

from adapters.teams.sdk.signin import SignIn

log = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=8, sock_connect=4)
"""Seconds for one call, from connecting to the last byte of the answer."""
UPLOADING = aiohttp.ClientTimeout(total=30, sock_connect=4)
"""Seconds for a file."""
MOST_CLIENTS = 50
"""Service addresses whose client is kept; Teams has a handful."""
Json = Mapping[str, Any]


class Refused(Exception):
    """The connector answered, and not with yes."""

    def __init__(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.body = body
        self.headers = headers


class Unreadable(Exception):
    """The connector said yes, in a way that cannot be read."""


class Connector:
    """Calls as the bot. Opens its session on first use, inside the running loop; `close` ends it.

    Every method raises Refused, Unreadable, `signin.SignInRefused`, or an error of aiohttp's.
    """

    def __init__(self, sign_in: SignIn, timeout: aiohttp.ClientTimeout = TIMEOUT) -> None:
        self._sign_in = sign_in
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None
        self._clients: OrderedDict[str, Any] = OrderedDict()

    async def send(self, service_url: str, conversation: str, activity: Json, *, targeted: bool = False) -> Json:
        """POST an activity to a conversation. `targeted`: in a group or channel, seen by its `recipient` alone."""
        there = self.client(service_url).conversations
        return _object(await there.send_to_conversation(conversation, activity, targeted=targeted))

    async def reply(self, service_url: str, conversation: str, to: str, activity: Json, *, targeted: bool) -> Json:
        """POST an activity as the reply to another."""
        there = self.client(service_url).conversations
        return _object(await there.reply_to_activity(conversation, to, activity, targeted=targeted))

    async def update(self, service_url: str, conversation: str, activity_id: str, activity: Json) -> None:
        """PUT an activity in the place of one of ours."""
        await self.client(service_url).conversations.update_activity(conversation, activity_id, activity)

    async def delete(self, service_url: str, conversation: str, activity_id: str) -> None:
        """DELETE one of our activities."""
        await self.client(service_url).conversations.delete_activity(conversation, activity_id)

    async def create(self, service_url: str, parameters: Json) -> Json:
        """POST a new conversation; the same person always gives the same one."""
        return _object(await self.client(service_url).conversations.create_conversation(parameters))

    async def member(self, service_url: str, conversation: str, user: str) -> Json:
        """GET one person of a conversation."""
        return _object(await self.client(service_url).conversations.get_conversation_member(conversation, user))

    async def upload(self, url: str, content: bytes) -> None:
        """PUT the whole of a file, without the token, to the upload session that Teams opened for it."""
        size = len(content)
        kind = {"Content-Type": "application/octet-stream", "Content-Range": f"bytes 0-{size - 1}/{size}"}
        async with self.opened().put(
            url, data=content, headers=kind, allow_redirects=False, timeout=UPLOADING
        ) as answer:
            if not 200 <= answer.status < 300:
                raise Refused(answer.status, await answer.read(), answer.headers)

    def client(self, service_url: str) -> Any:
        """The SDK's client for one service address."""
        if service_url not in self._clients:
            if len(self._clients) >= MOST_CLIENTS:
                self._clients.popitem(last=False)
            self._clients[service_url] = self._new_client(service_url)
        self._clients.move_to_end(service_url)
        return self._clients[service_url]

    def _new_client(self, service_url: str) -> Any:
        def pipeline(config: Any) -> AsyncPipeline[Any, Any]:
            return AsyncPipeline([config.user_agent_policy, _SignedIn(self._sign_in)], _Sender(self))

        plain = service_url.replace("{", "{{").replace("}", "}}")  # the SDK formats it
        config = BotFrameworkConnectorConfiguration(self._sign_in, plain, pipeline_type=pipeline)
        client = ConnectorClient(None, custom_configuration=config)
        conversations = client.conversations
        conversations._serialize, conversations._deserialize = _Verbatim(), _as_json
        return client

    def opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            # The courier bounds what is in flight. Waiting here for a connection would look like a lost message.
            unbounded = aiohttp.TCPConnector(limit=0)
            self._session = aiohttp.ClientSession(timeout=self._timeout, connector=unbounded)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
        self._session = None
        self._clients.clear()


class _SignedIn(AsyncHTTPPolicy[Any, Any]):
    """Adds the token; where Teams does not accept it, once more with a new one: a 401 took nothing."""

    def __init__(self, sign_in: SignIn) -> None:
        super().__init__()
        self._sign_in = sign_in

    async def send(self, request: Any, **config: Any) -> Any:
        try:
            return await self._send(request, config)
        except Refused as error:
            sent = str(request.http_request.headers["Authorization"]).removeprefix("Bearer ")
            if error.status != 401 or not self._sign_in.refused(sent):
                raise
        return await self._send(request, config)

    async def _send(self, request: Any, config: Mapping[str, Any]) -> Any:
        request.http_request.headers["Authorization"] = f"Bearer {await self._sign_in.token()}"
        assert self.next is not None
        return await self.next.send(request, **config)


class _Sender(AsyncHTTPSender[Any, Any]):
    """One request over our session."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def __aexit__(self, *_: object) -> None:
        return None

    async def send(self, request: Any, *, targeted: bool = False, **_: Any) -> Any:
        asked = request.http_request
        url = _with_query(asked.url, "isTargetedActivity=true") if targeted else asked.url
        session = self._connector.opened()
        async with session.request(
            asked.method, url, headers=dict(asked.headers), data=asked.data, allow_redirects=False
        ) as answer:
            answered = _Answer(asked, answer.status, await answer.read(), answer.headers)
        if not 200 <= answered.status_code < 300:
            raise Refused(answered.status_code, answered.body(), answered.headers)
        return PipelineResponse(request, answered)


class _Answer:
    """An HTTP answer as the SDK looks at it."""

    def __init__(self, request: Any, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.request = request
        self.status_code = status
        self.headers = headers
        self._body = body
        self.context: Any = None

    def body(self) -> bytes:
        return self._body


class _Verbatim(Serializer):
    """Writes ids into addresses as the SDK does, and leaves bodies as they are."""

    def __init__(self) -> None:
        super().__init__({})  # type: ignore[no-untyped-call]

    def body(self, data: Any, data_type: Any, **kwargs: Any) -> Any:  # noqa: ARG002
        return data


def _as_json(_data_type: str, answer: _Answer) -> Any:
    """What an answer holds; an empty object where it is empty, as after an update."""
    try:
        return json.loads(answer.body() or b"{}")
    except ValueError as error:
        raise Unreadable from error


def _object(answer: Any) -> Json:
    if not isinstance(answer, dict):
        raise Unreadable
    return answer


def _with_query(url: str, query: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}".strip("&")))
