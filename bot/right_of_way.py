"""People first: whoever works through a long list in this process lets those go ahead who wait for an answer.

`bot.conversation` says when somebody waits; the courier asks before each thing it begins.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

AT_MOST = 0.25
LATELY = 2.0
"""Seconds for which people count as being about."""


class RightOfWay:
    """Who goes first in one process."""

    def __init__(self, *, at_most: float = AT_MOST) -> None:
        """`at_most`: seconds that work on a list waits for people before it goes on all the same."""
        self._at_most = at_most
        self._waiting = 0
        self._last = -LATELY
        self._free = asyncio.Event()
        self._free.set()

    @contextmanager
    def person(self) -> Iterator[None]:
        """Somebody waits for an answer for as long as the block runs."""
        self._waiting += 1
        self._free.clear()
        try:
            yield
        finally:
            self._waiting -= 1
            self._last = asyncio.get_running_loop().time()
            if not self._waiting:
                self._free.set()

    @property
    def is_used(self) -> bool:
        """Whether somebody waits for an answer, or did a moment ago, so that others may be about to."""
        return bool(self._waiting) or asyncio.get_running_loop().time() - self._last < LATELY

    async def given(self) -> None:
        """Return once nobody waits for an answer; after `at_most` all the same, so that a list comes to its end."""
        if self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._at_most):
                    await self._free.wait()
