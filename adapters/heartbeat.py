"""Tells a service elsewhere, every minute, that all is well; its alarm is our silence. Handed to `jobs.watch`."""

import aiohttp

from adapters.composition import Mentor
from jobs.watch import HeartbeatLost, Watch

TIMEOUT = 10
"""Seconds for one beat."""


class WebHeartbeat:
    """A `jobs.watch.Heartbeat` over a web address. The address is a secret, so no error names it."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def beat(self) -> None:
        """Ask the address once. Raises HeartbeatLost."""
        limit = aiohttp.ClientTimeout(total=TIMEOUT)
        try:
            # One session a beat: it comes once a minute, and keeps nothing open that could go stale in between.
            async with (
                aiohttp.ClientSession(timeout=limit, trust_env=True) as session,
                session.get(self._url) as answer,
            ):
                status = answer.status
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise HeartbeatLost(type(error).__name__) from None
        except TimeoutError:
            raise HeartbeatLost(f"no answer within {TIMEOUT} seconds") from None
        if not 200 <= status < 300:
            raise HeartbeatLost(f"the answer was {status}")


def open_watch(mentor: Mentor) -> Watch:
    """A watch over this mentor's database, with the heartbeat that its settings name."""
    url = mentor.settings.HEARTBEAT_URL
    return Watch(mentor.database, mentor.clocks.machine, WebHeartbeat(url) if url else None)
