"""The SDK's adapter, which makes a turn of an activity and an answer of what the turn left. `adapters.teams.gate` hands
it activities whose sender is proved.

Mended here: its answers to invokes are written twice, which ends each of them in a server error; and whatever it reads
forgets what it has no name for (`conversation.tenantId`, the contents of mentions), so `take` reads the JSON itself.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ActivityTypes
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)

from adapters.teams.sdk.connector import Connector

Json = Mapping[str, Any]


class NotAnActivity(Exception):
    """The SDK can make no activity of it."""


@dataclass(frozen=True, slots=True)
class InvokeAnswer:
    """What an invoke is answered with, in the same HTTP exchange."""

    body: Json | None = None
    status: int = 200


Take = Callable[[], Awaitable[InvokeAnswer | None]]


class TeamsAdapter:
    """Activities in, answers out."""

    def __init__(self, app_id: str, connector: Connector) -> None:
        self._app_id = app_id
        self._connectors = _Connectors(connector)
        self._adapter = CloudAdapter(_Proved(self._connectors))

    async def process(self, activity: Json, service_url: str, take: Take) -> InvokeAnswer | None:
        """Run one turn. `service_url` is what the request's token vouches for. Raises NotAnActivity."""
        try:
            read = Activity().deserialize(dict(activity))
        except Exception as error:  # whatever msrest stumbles over
            raise NotAnActivity from error
        read.delivery_mode = None  # or the SDK would gather replies for an answer that Teams does not ask for
        found = AuthenticateRequestResult()
        found.claims_identity = ClaimsIdentity({"aud": self._app_id, "serviceurl": service_url}, True)
        found.connector_factory = self._connectors

        async def turn(context: TurnContext) -> None:
            if answer := await take():
                told = Activity(type=ActivityTypes.invoke_response, value=_InvokeResponse(answer))
                context.turn_state[self._adapter._INVOKE_RESPONSE_KEY] = told

        left = await self._adapter.process_activity(found, read, turn)
        if isinstance(left, _InvokeResponse):
            return left.answer
        return InvokeAnswer(status=int(left.status)) if left else None


class _InvokeResponse(InvokeResponse):  # type: ignore[misc]
    """Our answer, carried through the SDK unwritten."""

    def __init__(self, answer: InvokeAnswer) -> None:
        super().__init__(status=answer.status)
        self.answer = answer


class _Connectors(ConnectorFactory):  # type: ignore[misc]
    """The SDK asks for a client with every turn; it gets the one that is there, signed in by itself."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def create(self, service_url: str, audience: str | None = None) -> Any:  # noqa: ARG002
        return self._connector.client(service_url)


class _Proved(BotFrameworkAuthentication):  # type: ignore[misc]
    """The SDK's place for asking who sent something. The gate has asked, so nothing here lets anybody in."""

    def __init__(self, connectors: _Connectors) -> None:
        self._connectors = connectors

    async def authenticate_request(self, activity: Any, auth_header: str) -> Any:  # noqa: ARG002
        raise PermissionError

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> Any:  # noqa: ARG002
        raise PermissionError

    def create_connector_factory(self, claims_identity: Any) -> Any:  # noqa: ARG002
        return self._connectors

    async def create_user_token_client(self, claims_identity: Any) -> Any:  # noqa: ARG002
        return None
