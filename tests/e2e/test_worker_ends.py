"""A server that is told to end while it takes stored events out of its inbox works those to their end, and only then
takes down what they need.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import Any

from adapters.inbox import Inbox
from adapters.worker import Worker
from bot.clock import Clocks
from bot.database import Database
from bot.model.inbound import SPEECH, InboundEvent


class _Halting(Inbox):
    """Has claimed and does not say so yet."""

    def __init__(self, platform: str, database: Database, clocks: Clocks) -> None:
        super().__init__(platform, database, clocks.machine)
        self.has_claimed, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def claim(self, kinds: Collection[str]) -> Sequence[InboundEvent]:
        claimed = await super().claim(kinds)
        self.has_claimed.set()
        await self.may_go_on.wait()
        return claimed


async def test_what_was_being_claimed_when_it_was_told_to_end_is_worked(sqlite: Database, clocks: Clocks) -> None:
    inbox, worked = _Halting("slack", sqlite, clocks), list[str]()

    async def work(event: InboundEvent) -> None:
        async with sqlite.work():
            worked.append(event.words)

    now = clocks.machine.now()
    said: dict[str, Any] = {
        "platform": "slack",
        "event_id": "E1",
        "tenant": "T1",
        "user_id": "U1",
        "channel": "D1",
        "words": "hello",
    }
    await inbox.keep(InboundEvent(**said, received_at=now))
    worker = Worker(inbox, {SPEECH: work})
    worker.begin()
    await inbox.has_claimed.wait()
    ending = asyncio.create_task(worker.close())
    asyncio.get_running_loop().call_soon(inbox.may_go_on.set)
    await ending
    assert worked == ["hello"]
    assert await Inbox("slack", sqlite, clocks.machine).claim([SPEECH]) == []
