"""The playground's world: sample members, a calendar that moves, and what was said. Everything goes through the real
conversation, planner and courier. Made by the demo's server, used by `adapters.web.playground`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from adapters.composition import Mentor
from adapters.web.inbox import drawn
from adapters.web.knows import Knows, find_out
from adapters.web.personas import PERSONAS, Persona, Typed
from bot.clock import MovableClock
from bot.conversation import Request
from bot.files import Made, NotMade
from bot.model.demo import DemoMessage
from bot.model.people import Member, Tenant

PLATFORM, TENANT = "demo", "PLAYGROUND"
STEP = timedelta(hours=1)
LONGEST_MOVE = timedelta(days=7)
LOOK_EVERY = timedelta(minutes=1)

Look = Callable[[], Awaitable[object]]
"""Plan and deliver what is due at this instant of the calendar."""


@dataclass(slots=True)
class Entry:
    """One line of a conversation."""

    id: int
    author: str
    """"member", "mentor" (an answer) or "unasked" (a message that arrived)."""
    at: datetime
    words: str = ""
    """What the member typed."""
    drawn: dict[str, Any] | None = None
    """What the mentor said, as `adapters.web.inbox.drawn` has it."""
    notice: str = ""
    """What the notification of a message that arrived said."""
    revision: int = 0
    """How often a pressed button has replaced it."""


class DemoWorld:
    """Sample members who can be spoken for, one request at a time."""

    def __init__(self, mentor: Mentor, calendar: MovableClock) -> None:
        self._mentor = mentor
        self._calendar = calendar
        self._ids = count(1)
        self._transcripts: dict[str, list[Entry]] = {persona.user: [] for persona in PERSONAS}
        self._seen = 0
        self._one_at_a_time = asyncio.Lock()

    @property
    def now(self) -> datetime:
        return self._calendar.now()

    def persona(self, user: str) -> Persona | None:
        return next((persona for persona in PERSONAS if persona.user == user), None)

    def transcript(self, user: str) -> Sequence[Entry]:
        return self._transcripts[user]

    async def prepare(self, look: Look) -> None:
        """Type what the sample members typed before, in a calendar that begins some days ago. Where they are there
        already, only go on from the latest instant they know of.
        """
        async with self._one_at_a_time:
            latest = await self._latest()
            if latest is not None:
                self._calendar.move(max(latest - self.now, timedelta(0)))
                await self._receive()
                return
            first = max(typed.days_ago for _, typed in _typed())
            self._calendar.move(timedelta(days=-first))
            for persona, typed in sorted(_typed(), key=lambda each: -each[1].days_ago):
                await self._advance(timedelta(days=first - typed.days_ago), look)
                first = typed.days_ago
                await self._play(persona, typed)
            await self._receive()

    async def say(self, persona: Persona, line: str) -> None:
        """The member types a line, and the mentor answers."""
        async with self._one_at_a_time:
            await self._say(persona, line)

    async def press(self, persona: Persona, entry: Entry, line: str) -> None:
        """The member presses something in a message: the answer takes the message's place."""
        async with self._one_at_a_time:
            await self._press(persona, entry, line)

    async def file(self, persona: Persona, recipe: str) -> Made | NotMade:
        """What a reply offered this member, made now."""
        return await self._mentor.conversation.make(PLATFORM, TENANT, persona.user, recipe)

    async def move(self, by: timedelta, look: Look) -> None:
        """Move the calendar on, hour by hour, so that what falls due arrives at its hour."""
        async with self._one_at_a_time:
            await self._advance(min(by, LONGEST_MOVE), look)
            await self._receive()

    async def live(self, look: Look, stop: asyncio.Event) -> None:
        """Let the calendar's own time pass: look once a minute until told to stop."""
        while not stop.is_set():
            async with self._one_at_a_time:
                await look()
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_EVERY.total_seconds()):
                    await stop.wait()

    async def receive(self) -> None:
        """Add what has arrived meanwhile to the conversations."""
        async with self._one_at_a_time:
            await self._receive()

    async def knows(self, persona: Persona) -> Knows:
        """What the mentor knows about a member. Asking changes nothing and does not count as a use."""
        return await find_out(self._mentor, (PLATFORM, TENANT, persona.user), self.now)

    async def _say(self, persona: Persona, line: str) -> None:
        transcript = self._transcripts[persona.user]
        transcript.append(Entry(next(self._ids), "member", self.now, words=line))
        answer = await self._answer(persona, line)
        transcript.append(Entry(next(self._ids), "mentor", self.now, drawn=answer))

    async def _play(self, persona: Persona, typed: Typed) -> None:
        yesterday = self.now.astimezone(ZoneInfo(persona.zone)) + timedelta(days=typed.days_ago - 1)
        line = typed.line.format(yesterday=f"{yesterday:%A}")
        if typed.pressed:
            await self._press(persona, self._transcripts[persona.user][-1], line)
        else:
            await self._say(persona, line)

    async def _press(self, persona: Persona, entry: Entry, line: str) -> None:
        entry.drawn = await self._answer(persona, line)
        entry.revision += 1

    async def _answer(self, persona: Persona, line: str) -> dict[str, Any]:
        name = self._mentor.knowledge.wordings["en"](f"playground.{persona.user}.name")
        request = Request(PLATFORM, TENANT, persona.user, line, zone=persona.zone, name=name)
        message = await self._mentor.conversation.answer(request)
        return drawn(message, command=self._mentor.deployment.command)

    async def _advance(self, by: timedelta, look: Look) -> None:
        end = self.now + by
        while (left := end - self.now) > timedelta(0):
            self._calendar.move(min(_to_the_hour(self.now), left))
            await look()

    async def _receive(self) -> None:
        query = (
            select(DemoMessage, Member.user_id)
            .join(Member, col(Member.id) == col(DemoMessage.member_id))
            .join(Tenant, col(Tenant.id) == col(Member.tenant_id))
            .where(Tenant.platform == PLATFORM, Tenant.external_id == TENANT, col(DemoMessage.id) > self._seen)
            .order_by(col(DemoMessage.id))
        )
        async with self._mentor.database.work() as session:
            rows = (await session.exec(query)).all()
        for row, user in rows:
            self._seen = max(self._seen, row.id or 0)
            said = dict(row.message)
            arrived = Entry(next(self._ids), "unasked", row.at, drawn=said, notice=said["notice"])
            transcript = self._transcripts.setdefault(user, [])
            transcript.append(arrived)
            transcript.sort(key=lambda entry: entry.at)

    async def _latest(self) -> datetime | None:
        """The last use or message that the sample workspace knows of; None while it does not exist."""
        uses = select(Member.last_active_at).join(Tenant).where(Tenant.external_id == TENANT)
        arrivals = select(DemoMessage.at).join(Member, col(Member.id) == col(DemoMessage.member_id)).join(Tenant)
        async with self._mentor.database.work() as session:
            used = (await session.exec(uses)).all()
            arrived = (await session.exec(arrivals.where(Tenant.external_id == TENANT))).all()
        return max((instant for instant in (*used, *arrived) if instant), default=None)


def _typed() -> Iterator[tuple[Persona, Typed]]:
    return ((persona, typed) for persona in PERSONAS for typed in persona.typed)


def _to_the_hour(now: datetime) -> timedelta:
    """From now to the next full hour."""
    return now.replace(minute=0, second=0, microsecond=0) + STEP - now


def local_words(instant: datetime, zone: str) -> str:
    """An instant as the member's own clock shows it: "Tue 3 Nov, 12:15"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b}, {local:%H:%M}"
