"""Teams' connector, in the mentor's terms: activities into conversations, and who is in them. Used by the transport and
the surfaces.

Nothing is repeated here but what Teams refused unread, for a token that had ended: a repeated send can post twice.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp

from adapters.teams.addresses import is_allowed, is_file_store
from adapters.teams.errors import SOON, explain
from adapters.teams.sdk.connector import Connector, Json, Refused, Unreadable
from adapters.teams.sdk.signin import SignInRefused, sign_in
from adapters.teams.turns import Place, Reference
from bot.clock import Clock
from bot.errors import BadMessage, CannotReach, TryLater, Unsure
from bot.settings import Settings

T = TypeVar("T")
_ERRORS = (Refused, Unreadable, SignInRefused, aiohttp.ClientError, TimeoutError)


class TeamsApi:
    """Every call raises TryLater (nothing was taken), CannotReach, BadMessage, or Unsure (it may have arrived)."""

    def __init__(self, settings: Settings, clock: Clock, *, connector: Connector | None = None) -> None:
        self._settings = settings
        self.connector = connector or Connector(sign_in(settings, clock))

    async def send(self, where: Reference, activity: Json, *, targeted: bool = False) -> str:
        """Put an activity into a conversation; its id there. `targeted`: seen by the activity's `recipient` alone."""
        said = self._as_bot(where, activity)
        answer = await self._call(
            where.service_url,
            lambda: self.connector.send(where.service_url, where.conversation, said, targeted=targeted),
        )
        return str(answer.get("id") or "")

    async def reply(self, where: Reference, to: str, activity: Json, *, targeted: bool = False) -> str:
        """The same, as the reply to an activity of that conversation: it stands in its thread."""
        said = self._as_bot(where, {**activity, "replyToId": to})
        answer = await self._call(
            where.service_url,
            lambda: self.connector.reply(where.service_url, where.conversation, to, said, targeted=targeted),
        )
        return str(answer.get("id") or "")

    async def update(self, where: Reference, activity_id: str, activity: Json) -> None:
        """Put an activity in the place of one that we sent. Doing it twice does no harm."""
        said = self._as_bot(where, {**activity, "id": activity_id})
        await self._call(
            where.service_url, lambda: self.connector.update(where.service_url, where.conversation, activity_id, said)
        )

    async def delete(self, where: Reference, activity_id: str) -> None:
        """Take back one that we sent."""
        await self._call(
            where.service_url, lambda: self.connector.delete(where.service_url, where.conversation, activity_id)
        )

    async def open_personal(self, tenant: str, service_url: str, user: str, bot: str = "") -> Reference:
        """The personal conversation with somebody (their Entra id, or Teams id); the same one each time.

        Nothing is written there, so that a lost answer is only a reason to try later. Whoever wants it made once over
        all processes asks `adapters.teams.conversations`.
        """
        asked = {
            "isGroup": False,
            "bot": {"id": bot or f"28:{self._settings.MicrosoftAppId}"},
            "members": [{"id": user, "tenantId": tenant}],
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        try:
            answer = await self._call(service_url, lambda: self.connector.create(service_url, asked))
        except Unsure as error:
            raise TryLater(SOON, "Teams did not say which conversation it is.") from error
        conversation = answer.get("id")
        if not isinstance(conversation, str) or not conversation:
            raise BadMessage("Teams named no conversation.")
        place = answer.get("serviceUrl")
        address = place if isinstance(place, str) and self.may_answer(place) else service_url
        return Reference(address, conversation, tenant, Place.PERSONAL, bot)

    async def member(self, where: Reference, user: str) -> Json:
        """What Teams says of somebody in a conversation: `id`, `aadObjectId`, `tenantId`, `name` and the like."""
        return await self._call(
            where.service_url, lambda: self.connector.member(where.service_url, where.conversation, user)
        )

    async def upload(self, upload_url: str, content: bytes) -> None:
        """Put a file where Teams said it goes, once its reader had agreed: into a store of Microsoft's and nowhere
        else. Raises like `send`."""
        if not is_file_store(upload_url, local=self._settings.teams_is_local):
            raise CannotReach("the upload address is none of Microsoft's file stores")
        try:
            await self.connector.upload(upload_url, content)
        except _ERRORS as error:
            raise explain(error) from error

    def may_answer(self, service_url: str) -> bool:
        """Whether BOT_SERVICE_URLS allows that address."""
        return is_allowed(service_url, self._settings.BOT_SERVICE_URLS)

    def _as_bot(self, where: Reference, activity: Json) -> Json:
        sender = {"id": where.bot or f"28:{self._settings.MicrosoftAppId}"}
        return {"type": "message", "from": sender, "conversation": {"id": where.conversation}, **activity}

    async def _call(self, service_url: str, method: Callable[[], Awaitable[T]]) -> T:
        if not self.may_answer(service_url):
            raise CannotReach("the service address is not one that BOT_SERVICE_URLS allows")
        try:
            return await method()
        except _ERRORS as error:
            raise explain(error) from error

    async def close(self) -> None:
        await self.connector.close()
