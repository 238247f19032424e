"""Work that goes on after a request was answered, or beside all requests: kept track of, logged, and ended in order."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

GRACE = 5.0
"""Seconds that unfinished work is given when the server stops."""


class Background:
    """The tasks of one adapter."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Begin something nobody waits for. What it raises is logged."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("Work in the background broke off", exc_info=error, extra={"event": "background_error"})

    async def close(self, grace: float = GRACE) -> None:
        """Let what is under way finish, and what it begins meanwhile, for so many seconds; then cancel the rest."""
        until = asyncio.get_running_loop().time() + grace
        while self._tasks and (left := until - asyncio.get_running_loop().time()) > 0:
            await asyncio.wait(self._tasks, timeout=left)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
