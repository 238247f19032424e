"""Teams as a way to reach members: the ledger's courier sends through `TeamsMessenger`."""

from datetime import datetime

from adapters.teams.api import TeamsApi
from adapters.teams.conversations import Conversations
from adapters.teams.dialogs import attachment
from adapters.teams.errors import LEFT_ALONE, NOT_FOUND, kind_of
from adapters.teams.personal import PersonalConversations
from adapters.teams.render import render, summary
from adapters.teams.sdk.connector import Connector
from adapters.teams.turns import Json, Reference
from bot.clock import Clocks
from bot.database import Database
from bot.errors import CannotLook, CannotReach
from bot.message import Message
from bot.ports import Address, Receipt
from bot.settings import Settings


def as_activity(message: Message) -> Json:
    """A message as an activity that the mentor sends: its card, and a summary for the notification."""
    return {"type": "message", "summary": summary(message), "attachments": [attachment(render(message))]}


def teams_messenger(
    settings: Settings, database: Database, clocks: Clocks, connector: Connector | None = None
) -> "TeamsMessenger":
    """The way to members, put together; `close` ends it. `connector`: one that is signed in in a way of its own."""
    conversations, api = Conversations(database, clocks), TeamsApi(settings, clocks.machine, connector=connector)
    personal = PersonalConversations(settings, database, clocks, api, conversations)
    return TeamsMessenger(api, conversations, personal)


class TeamsMessenger:
    """A `bot.ports.Messenger`: one message to one member, once."""

    def __init__(self, api: TeamsApi, conversations: Conversations, personal: PersonalConversations) -> None:
        self.api = api
        self.conversations = conversations
        self.personal = personal

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:  # noqa: ARG002
        known, activity = Reference.of_text(address.reference), as_activity(message)
        try:
            try:
                return await self._send(address, known, activity)
            except CannotReach as error:
                if kind_of(error.reason) != NOT_FOUND:
                    raise
            await self.conversations.dropped(address.tenant, address.user)
            return await self._send(address, None, activity)  # nothing was taken: once more, opened anew
        except CannotReach as error:
            if (why := kind_of(error.reason)) in LEFT_ALONE:
                await self.conversations.left_alone(address.tenant, address.user, why)
            raise

    async def _send(self, address: Address, known: Reference | None, activity: Json) -> Receipt:
        where = known or await self.personal.with_(address.tenant, address.user)
        return Receipt(await self.api.send(where, activity), conversation=where.as_text())

    async def look_up(self, address: Address, *, key: str, since: datetime) -> Receipt | None:  # noqa: ARG002
        """Teams lets a bot read nothing back."""
        raise CannotLook("Teams lets nobody read back")

    async def close(self) -> None:
        """End the session; for whoever made the messenger without `add_teams`."""
        await self.api.close()
