"""What a command's handler is given: who is here, an open unit of work, the pack, the words and the time."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.model.people import Member, Tenant
from bot.words import Vocabulary
from content.pack import Pack
from content.search import Searcher
from content.wording import Wording

DEFAULT_ZONE = "America/New_York"
"""Used, and said to be a guess, until the platform or the member names a zone."""


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

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.member.zone or DEFAULT_ZONE)

    @property
    def member_id(self) -> int:
        assert self.member.id is not None
        return self.member.id
