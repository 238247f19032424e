"""Files on their way to people: made at that moment, or behind a link that works once. The platforms ask here."""

from datetime import timedelta

from adapters.wiring import Wiring
from bot.files import Made, NotMade
from bot.mentoring.handing_over import LINK_LASTS, Person, offer, take
from bot.message import File, Link, Paragraph, rich

PATH = "/take"
LONGEST_TOKEN = 200


class Handing:
    """Makes files and links to them for one platform's people."""

    def __init__(self, wiring: Wiring, platform: str) -> None:
        self._wiring = wiring
        self._platform = platform
        self._address = (wiring.settings.PUBLIC_URL or "").rstrip("/")

    @property
    def can_link(self) -> bool:
        """Whether a browser can reach this server."""
        return bool(self._address)

    async def make(self, tenant: str, user: str, recipe: str) -> Made | NotMade:
        """The file, as it is now, for this person."""
        assert self._wiring.files is not None
        return await self._wiring.files.make(self._platform, tenant, user, recipe)

    async def link(self, tenant: str, user: str, file: File) -> tuple[Paragraph, ...]:
        """The words that bring it, to be said in private; none where no link would work."""
        token = await self.offer(tenant, user, file, LINK_LASTS) if self.can_link else None
        if token is None:
            return ()
        say = self._wiring.say
        how = rich(say("file.link.how", minutes=int(LINK_LASTS.total_seconds() // 60)))
        said = say("file.link", label=file.label, name=file.name)
        return (Paragraph((Link(said, f"{self._address}{PATH}/{token}"),)), Paragraph(how, quiet=True))

    async def offer(self, tenant: str, user: str, file: File, lasts: timedelta) -> str | None:
        """A token that brings the file once."""
        now = self._wiring.clocks.calendar.now()
        async with self._wiring.database.work() as session:
            return await offer(session, Person(self._platform, tenant, user), file, now, lasts)

    async def take(self, tenant: str, user: str, token: str) -> str | None:
        """The recipe that this person's token brings; it is used by that. None where it is not theirs, or used."""
        now = self._wiring.clocks.calendar.now()
        async with self._wiring.database.work() as session:
            used = await take(session, token[:LONGEST_TOKEN], now, Person(self._platform, tenant, user))
        return used[1] if used else None
