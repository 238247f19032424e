"""Everything that planning and delivering need, put together once by the composition root (`serve`, `tick`, `demo`)
and handed to the courier, the engine and the tick.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import Clocks
from bot.database import Database
from bot.ports import Messenger
from bot.visit import Deployment
from content.wording import Wording
from jobs.nudges import Nudge
from jobs.pacing import Rate

if TYPE_CHECKING:
    from content.library import Library


@dataclass(frozen=True, slots=True)
class Limits:
    """How much the courier takes on at once, and how long it waits. Raises ValueError when the lease is too short."""

    in_flight: int = 50
    """Sends under way at once, over all workspaces; one workspace gets at most half of them."""
    batch: int = 20
    """Deliveries claimed and composed in one transaction. On SQLite nobody else writes meanwhile, so it stays small."""
    timeout: timedelta = timedelta(seconds=9)
    """For one call. Longer than any client's own timeout, whose error says more."""
    lease: timedelta = timedelta(seconds=20)
    """How long a claimed delivery may stay unrecorded before it counts as lost: the timeout and time to record."""
    idle: timedelta = timedelta(seconds=5)
    """How often the courier looks by itself: what another process planned wakes nobody here."""
    first_look: timedelta = timedelta(seconds=30)
    second_look: timedelta = timedelta(seconds=45)
    """How long after a send can last have been under way it is looked for; histories lag, and one absence proves
    nothing."""
    rates: Mapping[str, Rate] = field(default_factory=dict)
    """Platform → messages to one workspace; a platform that is absent has no limit."""
    apart: Mapping[str, timedelta] = field(default_factory=dict)
    """Platform → from one message to the next, to the same member."""
    look_rates: Mapping[str, Rate] = field(default_factory=dict)
    """Platform → looks into the conversations of one workspace."""

    def __post_init__(self) -> None:
        if self.lease <= 2 * self.timeout:
            raise ValueError("a lease must be longer than two timeouts, or a slow send would count as lost")


@dataclass(frozen=True, slots=True)
class PostOffice:
    """What it takes to plan, compose and send."""

    database: Database
    nudges: tuple[Nudge, ...]
    messengers: Mapping[str, Messenger]
    """Platform → the way to it. Deliveries for a platform that is absent wait, and are missed when they expire."""
    clocks: Clocks
    library: "Library"
    wordings: Mapping[str, Wording]
    deployment: Deployment
    limits: Limits = field(default_factory=Limits)
