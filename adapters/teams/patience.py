"""Granting Teams' wish to wait, for calls that somebody waits for. Used by the replies and by the files."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.errors import TryLater

LONGEST_WAIT = 30.0
TRIES = 3
T = TypeVar("T")


async def patiently(call: Callable[[], Awaitable[T]]) -> T:
    """Wait and call again, a few times; raises everything else, and TryLater in the end."""
    for _ in range(TRIES - 1):
        try:
            return await call()
        except TryLater as error:
            await asyncio.sleep(min(error.retry_after.total_seconds(), LONGEST_WAIT))
    return await call()
