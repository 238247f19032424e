"""Somebody who hears what Teams tells in place of the mentor, and all that a restart of the server needs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from adapters.teams.inbound import Hands
from adapters.teams.sdk.adapter import InvokeAnswer
from adapters.teams.turns import Turn
from bot.clock import Clocks
from bot.database import Database
from tests.fakes.slack_door import Echo
from tests.fakes.teams import FakeTeams
from tests.fakes.teams_door import TeamsDoor, open_teams
from tests.fakes.teams_keys import KeyServer


@dataclass
class Listening:
    """Ears that keep what they hear. `held` makes them wait, `fails` makes them break."""

    heard: list[Turn] = field(default_factory=list)
    afterwards: list[InvokeAnswer | None] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event | None = None
    fails: bool = False

    def of(self, _: Hands) -> "Listening":
        return self

    async def hears(self, turn: Turn) -> InvokeAnswer | None:
        self.heard.append(turn)
        self.changed.set()
        if self.held:
            await self.held.wait()
        if self.fails:
            raise RuntimeError(turn.text)
        return InvokeAnswer({"statusCode": 200, "value": dict(turn.value)}) if turn.name != "unknown" else None

    def late(self, turn: Turn) -> InvokeAnswer:
        return InvokeAnswer({"statusCode": 200, "value": "late"})

    def broken(self, turn: Turn, error: Exception) -> InvokeAnswer:
        return InvokeAnswer({"statusCode": 200, "value": type(error).__name__})

    async def finished(self, turn: Turn, answer: InvokeAnswer | None) -> None:
        self.afterwards.append(answer)
        self.changed.set()

    async def turns(self, number: int) -> list[Turn]:
        async with asyncio.timeout(5):
            while len(self.heard) < number:
                self.changed.clear()
                await self.changed.wait()
        return self.heard


@dataclass
class Stage:
    """Everything a restart needs."""

    teams: FakeTeams
    keys: KeyServer
    database: Database
    clocks: Clocks

    @asynccontextmanager
    async def open(self, ears: Listening, **more: Any) -> AsyncIterator[TeamsDoor]:
        there = (self.teams, self.keys, self.database, self.clocks, Echo())
        async with open_teams(*there, ears=ears.of, **more) as door:
            yield door
