"""What a command's handler is given: who is here, an open unit of work, the pack, the words and the time."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import zone_named
from bot.model.people import Member, Tenant
from bot.ports import Outbox
from bot.words import Vocabulary
from content.pack import Pack
from content.search import Searcher
from content.wording import Wording

T = TypeVar("T")
DEFAULT_ZONE = "America/New_York"
"""Used, and said to be a guess, until the platform or the member names a zone."""


def zone_or_guess(name: str | None) -> ZoneInfo:
    """The zone of that name; the guess for a member who has none, or one that this machine does not know."""
    return zone_named(name or "") or ZoneInfo(DEFAULT_ZONE)


@dataclass(frozen=True, slots=True)
class Deployment:
    """What the operator's settings let the mentor say about itself."""

    command: str = "mentor"
    """The slash command's word, without its slash."""
    organisation: str = ""
    public_url: str = ""
    """Without it, links to pages are left out."""
    operators: tuple[tuple[str, str, str], ...] = ()
    """(platform, tenant, user) of the people who run it: the way to a person."""
    secrets_expire: tuple[tuple[str, date], ...] = ()
    """(setting, its last day) of the secrets whose end they have told us."""
    send_guard: int = 50
    """A send that one of them starts to more people than this asks before."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of one member."""

    session: AsyncSession
    tenant: Tenant
    member: Member
    pack: Pack
    searcher: Searcher
    say: Wording
    vocabulary: Vocabulary
    deployment: Deployment
    now: datetime
    """By the calendar clock, in UTC."""
    outbox: Outbox | None = None
    """The way to anyone but the asker; None where nothing is sent, as when asking must change nothing."""
    facts: dict[Hashable, Any] | None = None
    """What was read about the member and still holds; None where nothing is remembered, as in a unit of work."""

    async def recalled(self, what: Hashable, read: Callable[[], Awaitable[T]]) -> T:
        """What `read` reads about this member, or read when they last asked and nobody has written since. `what` names
        it whole: the time as well, where that matters. What comes back is never changed.
        """
        if self.facts is None:
            return await read()
        if what not in self.facts:
            self.facts[what] = await read()
        found: T = self.facts[what]
        return found

    @property
    def zone(self) -> ZoneInfo:
        return zone_or_guess(self.member.zone)

    @property
    def member_id(self) -> int:
        assert self.member.id is not None
        return self.member.id

    @property
    def operators_here(self) -> tuple[str, ...]:
        """The people of this workspace who run the mentor, by their own ids."""
        here = (self.tenant.platform, self.tenant.external_id)
        return tuple(user for platform, tenant, user in self.deployment.operators if (platform, tenant) == here)

    @property
    def is_operator(self) -> bool:
        return self.member.user_id in self.operators_here
