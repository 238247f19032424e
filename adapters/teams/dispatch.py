"""One turn, on its way to whoever hears it and back in time: what was said is stored and acknowledged, what waits for
an answer gets one before Teams gives up. `adapters.teams.gate` hands turns over.
"""

import asyncio
import hashlib
import json
import logging
from typing import Protocol

from aiohttp import web

from adapters.background import Background
from adapters.teams.conversations import Conversations
from adapters.teams.reading import stored
from adapters.teams.sdk.adapter import InvokeAnswer
from adapters.teams.turns import Kind, Turn
from adapters.worker import Worker

log = logging.getLogger(__name__)

ANSWER_WITHIN = 5.0
"""Seconds from the arrival of a request to its answer. Teams sends again what is not answered within 15, and shows an
error for a pressed card sooner."""
REMEMBERED = 30.0
"""Seconds for which an invoke that Teams sends again, under the same id, gets the same answer."""
AT_ONCE = 32
"""Requests that are worked side by side; the others wait their turn."""


class Ears(Protocol):
    """Whoever works turns: `adapters.teams.listeners`."""

    async def hears(self, turn: Turn) -> InvokeAnswer | None:
        """Work one turn. A message is answered by sending; only an invoke has an answer here (None: not known)."""

    def late(self, turn: Turn) -> InvokeAnswer:
        """What an invoke is answered with when `hears` takes too long; it goes on, and `finished` gets its answer."""

    def broken(self, turn: Turn, error: Exception) -> InvokeAnswer:
        """What an invoke is answered with when `hears` raised."""

    async def finished(self, turn: Turn, answer: InvokeAnswer | None) -> None:
        """The answer that came too late for its invoke."""


class Dispatch:
    """Stores, wakes the worker, answers invokes. `within`: seconds that an answer may take, shorter in tests."""

    def __init__(
        self, ears: Ears, worker: Worker, conversations: Conversations, background: Background, *, within: float
    ) -> None:
        self._ears = ears
        self._worker = worker
        self._conversations = conversations
        self._background = background
        self.within = within
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._answers: dict[str, asyncio.Task[InvokeAnswer]] = {}

    def deadline(self) -> float:
        """By the event loop's clock, for a request that arrives now."""
        return asyncio.get_running_loop().time() + self.within

    async def take(self, turn: Turn | None, until: float) -> InvokeAnswer | None:
        """Answer an invoke, or store what needs no answer at once. Raises HTTPServiceUnavailable where it could not be
        stored: Teams then brings it again."""
        if turn is None:
            return None
        if turn.kind is Kind.INVOKE:
            return await self._invoked(turn, until)
        try:
            async with asyncio.timeout_at(until):
                await self._worker.keep(stored(turn, self._conversations.now()))
        except Exception as error:
            told = {"event": "event_not_kept", "reason": type(error).__name__}
            log.error("A message could not be stored", extra=told)  # noqa: TRY400 - a statement quotes its values
            raise web.HTTPServiceUnavailable(reason="could not be stored") from error
        return None

    async def _invoked(self, turn: Turn, until: float) -> InvokeAnswer:
        press, name = _press(turn), f"{turn.where.conversation}|{turn.activity}"
        working = self._answers.get(name) or self._answers.get(press)
        if working is None:
            working = self._answers[press] = self._answers[name] = self._background.start(self._work(turn))
            working.add_done_callback(lambda _: self._answers.pop(press, None))
            asyncio.get_running_loop().call_later(REMEMBERED, self._answers.pop, name, None)
            self._background.start(self._see_through(turn, working, until))
        await asyncio.wait({working}, timeout=until - asyncio.get_running_loop().time())
        if working.done():
            return working.result()
        return self._ears.late(turn)

    async def _work(self, turn: Turn) -> InvokeAnswer:
        try:
            async with self._turns:
                await self._conversations.seen(turn)
                answer = await self._ears.hears(turn)
        except Exception as error:  # noqa: BLE001 - the edge: whatever broke, a person is waiting for a word
            return self._ears.broken(turn, error)
        return answer or InvokeAnswer(status=501)

    async def _see_through(self, turn: Turn, working: "asyncio.Task[InvokeAnswer]", until: float) -> None:
        """The answer of work that took too long still reaches whoever waited for it."""
        await asyncio.wait({working}, timeout=until - asyncio.get_running_loop().time())
        if not working.done():
            log.info("Acknowledged before the answer was ready", extra={"event": "teams_late"})
            await self._ears.finished(turn, await working)


def _press(turn: Turn) -> str:
    """What two deliveries of one press have in common. Teams may give the second a new id and time, so while the first
    is worked they are one; afterwards somebody may well mean it again."""
    said = [turn.who.tenant, turn.who.user, turn.where.conversation, turn.replies_to, turn.name, turn.withheld]
    return hashlib.sha256(json.dumps([said, turn.value], sort_keys=True).encode()).hexdigest()
