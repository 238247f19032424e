"""One file per kind of nudge, found by folder scan: each holds `NUDGE`. The planner asks a nudge who is due, the
courier asks it what to say; neither knows the kinds.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from sqlalchemy import Select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.message import Message
from bot.model.deliveries import Delivery
from bot.model.people import Member, Tenant
from bot.visit import Deployment
from bot.words import Example
from content.pack import Pack
from content.wording import Wording

Plan = Callable[[AsyncSession, datetime, int], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Letter:
    """What a nudge knows when it composes: the claimed row, its member, and the time, in an open unit of work."""

    session: AsyncSession
    delivery: Delivery
    tenant: Tenant
    member: Member
    pack: Pack
    say: Wording
    deployment: Deployment
    now: datetime
    """By the calendar clock, in UTC."""
    known: Any = None
    """What the nudge's `gather` has found about the member."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A message that is true now, and what it is about (ids only), kept in the ledger."""

    message: Message
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing is sent, for a reason that has a name ("opted out", "paused", "nothing to say")."""

    reason: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now: put back until then, or skipped under this name when that is after its time."""

    until: datetime
    """An instant of the calendar."""
    reason: str


async def _nothing(_session: AsyncSession, _rows: Sequence[Delivery], _now: datetime) -> Mapping[int, Any]:
    return {}


def _never(_delivery: Delivery) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Nudge:
    """A kind of message that the mentor sends unasked."""

    kind: str
    plan: Plan | None
    """Plan at most so many members who are due at that instant of the calendar: ledger rows and next due instants, in
    the caller's transaction. Returns how many were due; 0 when nobody is left. None for what
    falls due by no row: a line, an operator or a setting brings it."""
    compose: Callable[[Letter], Awaitable[Composed | Skip | Hold]]
    examples: tuple[Example, ...]
    """Lines a sample member typed before the nudge fell due; golden files and the gallery show what then arrives."""
    due: Select[Any] | None = None
    """Who is due at `jobs.ledger.NOW`, in any order. Asked of all nudges in one question, so that `plan` is called
    for those alone who have somebody; without it, always."""
    gather: Callable[[AsyncSession, Sequence[Delivery], datetime], Awaitable[Mapping[int, Any]]] = _nothing
    """Read what the composing of these rows needs, for all of them at once: member → what `Letter.known` will be."""
    repeats: Callable[[Delivery], bool] = _never
    """Whether one that may have arrived is sent once more where nobody can look; then it says so to its reader."""
    begin: Callable[[AsyncSession, Tenant, str, datetime], Awaitable[None]] | None = None
    """For what no line and no day brings: lets one go to a person of a workspace, by the platform's own id, now
    (calendar clock). Rehearsals call it after the example's lines."""


def find_nudges() -> tuple[Nudge, ...]:
    """Every nudge of this folder, in the order of their kinds."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    return tuple(sorted((module.NUDGE for module in modules), key=lambda nudge: nudge.kind))
