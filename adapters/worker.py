"""Works stored events, one after the other for each person and side by side for different people.

Each platform's `inbound` runs one for as long as the server runs; its listeners wake it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Mapping

from adapters.background import Background
from adapters.inbox import AT_ONCE, Inbox
from bot.errors import DeliveryError
from bot.model.inbound import FILE, SPEECH, InboundEvent

log = logging.getLogger(__name__)

LOOK_AGAIN = 30.0
"""Seconds after which the inbox is read without being woken: for events whose lease ran out."""
MOST_CLAIMS = {SPEECH: 2}
CLAIMS = 5
"""So often work on an event is begun, at most: it may break off with the process, or wait for the platform."""
EACH_COUNTS = (SPEECH, FILE)
"""Of other kinds, one that was interrupted is left for a later one about the same person."""


Handle = Callable[[InboundEvent], Awaitable[None]]
Afterwards = Callable[[str, str], Awaitable[None]]
"""Called with the tenant and the user, once everything they said is answered."""


async def nothing(_tenant: str, _user: str) -> None:
    """For a platform that tells all it knows about a person with what they say."""


class Worker:
    """The one who reads the inbox."""

    def __init__(self, inbox: Inbox, handlers: Mapping[str, Handle], afterwards: Afterwards = nothing) -> None:
        self._inbox = inbox
        self._afterwards = afterwards
        self._handlers = handlers
        self._woken = asyncio.Event()
        self._stopping = False
        self._waiting: dict[tuple[str, str], deque[InboundEvent]] = {}
        self._held: dict[int | None, InboundEvent] = {}
        """What was claimed and is not worked yet, by the rows' ids: the first in line may keep the others waiting."""
        self._people = Background()

    async def keep(self, event: InboundEvent) -> None:
        """Store an event, and begin to work it."""
        await self._inbox.keep(event)
        self.wake()

    def wake(self) -> None:
        """Something was stored."""
        self._woken.set()

    async def run(self) -> None:
        """Work until `close`. Begins with whatever an earlier run left."""
        rested = True
        while not self._stopping:
            self._woken.clear()
            try:
                if rested:
                    await self._inbox.forget_old()
                await self._read()
            except Exception as error:  # noqa: BLE001 - the edge: the next look may go better
                told = {"event": "inbox_unread", "reason": type(error).__name__}
                log.error("The inbox could not be read", extra=told)  # noqa: TRY400 - a statement quotes its values
            rested = not await self._is_woken()

    async def _is_woken(self) -> bool:
        try:
            await asyncio.wait_for(self._woken.wait(), LOOK_AGAIN)
        except TimeoutError:
            return False
        return True

    async def _read(self) -> None:
        await self._inbox.hold(self._held.values())
        is_full = True
        while is_full and not self._stopping:
            events = await self._inbox.claim(self._handlers)
            is_full = len(events) == AT_ONCE  # fewer were all there are; what comes meanwhile wakes us
            for event in events:
                self._hand_over(event)

    async def close(self) -> None:
        """Take nothing new, and let the answers under way go out."""
        self._stopping = True
        self.wake()
        await self._people.close()

    def _hand_over(self, event: InboundEvent) -> None:
        self._held[event.id] = event
        person = (event.tenant, event.user_id)
        if person in self._waiting:
            self._waiting[person].append(event)
            return
        self._waiting[person] = deque([event])
        self._people.start(self._attend(person))

    async def _attend(self, person: tuple[str, str]) -> None:
        """Everything one person said or is about them, in its order. What breaks is worked again after its lease."""
        waiting, spoke = self._waiting[person], False
        while waiting:
            event = waiting.popleft()
            spoke = spoke or event.kind == SPEECH
            try:
                await self._work(event)
            except DeliveryError as error:
                told = {"event": "event_unanswered", "kind": event.kind}
                log.warning("A stored event waits for another try: %s", error, extra=told)
            except Exception:  # the edge: one event must not take the person's next ones with it
                told = {"event": "event_unanswered", "kind": event.kind}
                log.exception("A stored event was not worked", extra=told)
            finally:
                self._held.pop(event.id, None)
        del self._waiting[person]
        if spoke:
            await self._afterwards(*person)

    async def _work(self, event: InboundEvent) -> None:
        if event.claims > MOST_CLAIMS.get(event.kind, CLAIMS):
            told = {"event": "event_given_up", "kind": event.kind}
            log.error("An event was given up: it was interrupted too often", extra=told)
        elif event.kind in EACH_COUNTS or event.claims == 1 or not await self._inbox.is_overtaken(event):
            await self._handlers[event.kind](event)
        await self._inbox.end(event)
