"""What the core needs of the outside: a way to a platform. Adapters implement it; the composition root hands it in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from bot.message import Message

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from bot.model.deliveries import SendBatch


@dataclass(frozen=True, slots=True)
class Address:
    """Where a member is reached."""

    platform: str
    """One of demo, slack, teams."""
    tenant: str
    """The workspace's or organisation's own id on that platform."""
    user: str
    """The member's own id on that platform."""
    reference: str = ""
    """What the platform needs besides to open the conversation (a channel id, a conversation reference)."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform took the message."""

    reference: str
    """The platform's name for the message (a Slack timestamp, a Teams activity id)."""
    conversation: str = ""
    """What to put into `Address.reference` from now on; empty when it stays as it is."""


class Messenger(Protocol):
    """Sends one message to one member, once. Its own retries are off: the ledger decides about another try."""

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:
        """Send; `key` names the delivery and travels as metadata where the platform has any.

        Raises TryLater (nothing was taken), CannotReach, BadMessage, or Unsure (it may have arrived).
        """

    async def look_up(self, address: Address, *, key: str, since: datetime) -> Receipt | None:
        """Look for the message that `key` names among our own newest ones to that member, from `since` on.

        None: it is not there (yet). Raises CannotLook where the platform, or what we may do there, permits no looking;
        TryLater; Unsure when the look itself went wrong.
        """


@dataclass(frozen=True, slots=True)
class Personal:
    """Something that one person started for one other to receive."""

    tenant_id: int
    member_id: int
    kind: str
    """A kind of nudge; it words the message, or finds that it is not wanted."""
    slot: str
    """What it is about, in a word: nobody gets the same twice."""
    content: Mapping[str, object]
    """Ids only."""


class Outbox(Protocol):
    """The way to anyone but the asker: into the ledger, in the caller's unit of work. `jobs.outbox` implements it."""

    async def start(self, session: "AsyncSession", batch: "SendBatch") -> int:
        """A delivery of the batch for each member of its workspace who has opted in to messages. Returns how many."""

    async def tell(self, session: "AsyncSession", letter: "Personal", now: datetime) -> bool:
        """A delivery to one person, at once. Whether it is new: the same kind and slot never go to anybody twice."""

    async def stop(self, session: "AsyncSession", batch: "SendBatch", now: datetime) -> int:
        """Skip what of the batch is not sent yet, for good; what is sent stays. Returns how many that were.

        `now` is by the calendar clock. A batch that was stopped before stays as it is.
        """
