"""What the core needs of the outside: a way to a platform. Adapters implement it; the composition root hands it in."""

from dataclasses import dataclass
from typing import Protocol

from bot.message import Message


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


class Messenger(Protocol):
    """Sends one message to one member, once. Its own retries are off: the ledger decides about another try."""

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:
        """Send; `key` names the delivery and travels as metadata where the platform has any.

        Raises TryLater (nothing was taken), CannotReach, BadMessage, or Unsure (it may have arrived).
        """
