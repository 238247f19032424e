"""Waiting that can be cut short, and trouble that is told once and then waited out. Used by `jobs.courier` and
`jobs.distributed`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from types import TracebackType
from typing import Any, TypeVar

T = TypeVar("T")

LONGEST_WAIT = timedelta(seconds=5)


async def pause(stop: asyncio.Event, length: timedelta) -> None:
    """Wait so long, or until told to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(max(0.0, length.total_seconds())):
            await stop.wait()


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, T]) -> AsyncIterator[asyncio.Task[T]]:
    """Let something run for the length of the block, and no longer. What it raises is raised at the end."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        await ended(task)


async def ended(task: asyncio.Task[Any]) -> None:
    """Tell a task to end, and wait for it. Raises what it raises, but for having been told."""
    task.cancel()
    await asyncio.wait((task,))  # not `await task`, which would swallow our own being told to end
    if not task.cancelled():
        task.result()


class Trouble:
    """Something that may go wrong again and again: the log hears when it begins and when it is over.

    Used around each try, as in `with trouble:`; what the try raises ends there.
    """

    def __init__(self, log: logging.Logger, what: str, *expected: type[Exception]) -> None:
        """`what` goes wrong, as a sentence. Errors that are not `expected` are told in full, each time."""
        self._log = log
        self._what = what
        self._expected = expected
        self._times = 0

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> bool:
        if error is None:
            self.over()
        elif isinstance(error, Exception):
            self._met(error)
        return isinstance(error, Exception)

    def _met(self, error: Exception) -> None:
        if not isinstance(error, self._expected):
            self._log.error("%s", self._what, exc_info=error, extra={"event": "trouble"})
        elif not self._times:
            self._log.warning("%s: %s", self._what, named(error), extra={"event": "trouble"})
        self._times += 1

    def over(self) -> None:
        """It goes well."""
        if self._times:
            self._log.info("No longer: %s", self._what, extra={"event": "trouble_over"})
        self._times = 0

    @property
    def wait(self) -> timedelta:
        """How long to wait before the next try: longer each time, nothing after one that went well."""
        return min(timedelta(seconds=2 ** min(self._times, 9) / 2), LONGEST_WAIT) if self._times else timedelta(0)


def named(error: BaseException) -> str:
    """The first line of what the database said, or the error's name; a library's wrapping taken off."""
    cause = error.__cause__ or error
    return next(iter(str(cause).strip().splitlines()), "") or type(cause).__name__
