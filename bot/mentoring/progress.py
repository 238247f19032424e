"""A member's progress: the fold of what they did and said, never of the calendar. Commands and nudges `load` it,
`record` what happened, and `undo` the last thing.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from functools import reduce
from types import MappingProxyType
from typing import Any, NotRequired, Protocol, TypedDict, Unpack, cast

from sqlalchemy import bindparam
from sqlalchemy import select as columns
from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import SQLModel, col, delete, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.stages import note_stage
from bot.model.people import Member
from bot.model.progress import PlannedAction, ProgressEvent
from content.pack import Action, Milestone, Pack, Practice, Step

LAST_BY_ITSELF = 5
"""Steps up to this one lead on by themselves; from 6 to 7 only the new job or the member's own word does."""
TOP = 7


class Kind(StrEnum):
    """What can happen on the roadmap."""

    PLACED = "placed"
    MOVED = "moved"
    DONE = "done"
    SMALLER = "smaller"
    LATER = "later"
    DATED = "dated"
    """A milestone was given a date."""
    REACHED = "reached"
    """A milestone was reached."""
    RESULT = "result"
    PLANNED = "planned"


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """How far a member is with one milestone."""

    day: date | None = None
    """The day the member set for it."""
    reached: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One line on what changed, in the member's own words."""

    at: datetime
    text: str
    action: str
    """The action or practice it came from; empty when the member named none."""


@dataclass(frozen=True)
class Progress:
    """Where a member is."""

    step: int | None = None
    """None until the member is placed or has chosen a step."""
    done: Mapping[str, datetime] = field(default_factory=dict)
    """Actions and practices → when they were last done, in UTC."""
    smaller: frozenset[str] = frozenset()
    """What the member asked a smaller version of, until it is done."""
    later: Mapping[str, datetime] = field(default_factory=dict)
    """What the member put off, until it is done → when they last did so, in UTC."""
    milestones: Mapping[str, MilestoneState] = field(default_factory=dict)
    results: tuple[Result, ...] = ()
    has_job: bool = False
    """True once a milestone that ends the programme is reached."""


class Happened(TypedDict):
    """What `record` is told."""

    kind: Kind
    subject: str
    """The action, practice, milestone or step it is about."""
    now: datetime
    """By the calendar clock, in UTC."""
    detail: NotRequired[Mapping[str, Any]]


class Past(Protocol):
    """What a fold needs of a `ProgressEvent`: the row, or as much of it."""

    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def detail(self) -> Mapping[str, Any]: ...
    @property
    def undone_at(self) -> datetime | None: ...


def fold(events: Sequence[Past], pack: Pack) -> Progress:
    """The progress these events make, in their order; those taken back count as never having been."""
    standing = (event for event in events if event.undone_at is None)
    return reduce(lambda progress, event: _RULES[Kind(event.kind)](progress, event, pack), standing, Progress())


_STANDING = (
    select(ProgressEvent)
    .where(ProgressEvent.member_id == bindparam("member"), col(ProgressEvent.undone_at).is_(None))
    .order_by(col(ProgressEvent.id))
)


async def load(session: AsyncSession, member_id: int, pack: Pack) -> Progress:
    """The member's progress as it stands in the database."""
    return fold(await events_of(session, member_id), pack)


async def events_of(session: AsyncSession, member_id: int) -> Sequence[ProgressEvent]:
    """What happened and was not taken back, oldest first."""
    return (await session.exec(_STANDING, params={"member": member_id})).all()


async def pasts_of(session: AsyncSession, members: Collection[int]) -> Mapping[int, Sequence[Past]]:
    """The same for many members at once, as much as a fold needs."""
    table = SQLModel.metadata.tables["progressevent"].c
    mine = columns(*table).where(table.member_id.in_(members), table.undone_at.is_(None)).order_by(table.id)
    found: dict[int, list[Past]] = {each: [] for each in members}
    for row in await (await session.connection()).execute(mine):  # plain rows: a member may have hundreds
        found[row.member_id].append(cast("Past", row))
    return found


async def record(session: AsyncSession, member: Member, pack: Pack, **happened: Unpack[Happened]) -> Progress:
    """Add what happened and keep `member.step` right. The caller has checked that it means something."""
    assert member.id is not None
    event = ProgressEvent(
        member_id=member.id,
        at=happened["now"],
        kind=happened["kind"],
        subject=happened["subject"],
        detail=dict(happened.get("detail", {})),
    )
    session.add(event)
    await session.flush()
    return await _refresh(session, member, pack, happened["now"])


async def undo(
    session: AsyncSession, member: Member, pack: Pack, now: datetime, *, named: tuple[Kind, str] | None = None
) -> tuple[ProgressEvent, Progress] | None:
    """Take back the last thing that happened, or the last of a kind and subject; None when there is none."""
    assert member.id is not None
    event = _last(await events_of(session, member.id), named)
    if event is None:
        return None
    event.undone_at = now
    if event.kind == Kind.RESULT:
        event.detail = {}  # words somebody took back are not kept
    if event.kind == Kind.PLANNED:
        mine = (col(PlannedAction.member_id) == member.id, col(PlannedAction.action_id) == event.subject)
        await session.exec(delete(PlannedAction).where(*mine))
    session.add(event)
    await session.flush()
    return event, await _refresh(session, member, pack, now)


def step_of(pack: Pack, number: int) -> Step:
    """The step of a number from 1 to 7."""
    return next(step for step in pack.steps if step.number == number)


def find_thing(pack: Pack, thing_id: str) -> Action | Practice | Milestone | None:
    """The action, practice or milestone of that id."""
    return next((thing for thing in things(pack) if thing.id == thing_id), None)


def things(pack: Pack) -> Iterator[Action | Practice | Milestone]:
    """Everything with an id that a member may name: actions, practices, milestones."""
    for step in pack.steps:
        yield from step.actions
    yield from pack.practices
    for step in pack.steps:
        yield from step.milestones


def home_step(pack: Pack, thing_id: str) -> Step | None:
    """The step an action or milestone belongs to; None for a practice and for what is no longer in the pack."""
    return next((step for step in pack.steps if thing_id in _ids(step)), None)


def left_in(step: Step, progress: Progress) -> tuple[Action, ...]:
    """The step's actions that are not done yet, in their order."""
    return tuple(action for action in step.actions if action.id not in progress.done)


def _ids(step: Step) -> set[str]:
    return {action.id for action in step.actions} | {milestone.id for milestone in step.milestones}


async def _refresh(session: AsyncSession, member: Member, pack: Pack, now: datetime) -> Progress:
    assert member.id is not None
    progress = await load(session, member.id, pack)
    if change := note_stage(member, progress.step, now):
        session.add(change)
    member.step = progress.step
    flag_modified(member, "step")  # another request may have changed the row since this one read it
    session.add(member)
    return progress


def _last(events: Sequence[ProgressEvent], named: tuple[Kind, str] | None) -> ProgressEvent | None:
    fitting = (event for event in reversed(events) if named is None or (event.kind, event.subject) == named)
    return next(fitting, None)


def _to_step(progress: Progress, event: Past, _pack: Pack) -> Progress:
    return replace(progress, step=int(event.subject))


def _done(progress: Progress, event: Past, pack: Pack) -> Progress:
    if event.subject in progress.done and not isinstance(find_thing(pack, event.subject), Practice):
        return progress
    marked = replace(
        progress,
        done={**progress.done, event.subject: event.at},
        smaller=progress.smaller - {event.subject},
        later={thing: at for thing, at in progress.later.items() if thing != event.subject},
    )
    return replace(marked, step=_onward(marked, event.subject, pack))


def _onward(progress: Progress, thing_id: str, pack: Pack) -> int | None:
    """The step after something was done: finishing the current one leads to the next that has actions left."""
    step = progress.step
    if step is None or all(action.id != thing_id for action in step_of(pack, step).actions):
        return step
    while step <= LAST_BY_ITSELF and not left_in(step_of(pack, step), progress):
        step += 1
    return step


def _smaller(progress: Progress, event: Past, _pack: Pack) -> Progress:
    return replace(progress, smaller=progress.smaller | {event.subject})


def _later(progress: Progress, event: Past, _pack: Pack) -> Progress:
    return replace(progress, later={**progress.later, event.subject: event.at})


def _dated(progress: Progress, event: Past, _pack: Pack) -> Progress:
    before = progress.milestones.get(event.subject, MilestoneState())
    state = replace(before, day=date.fromisoformat(event.detail["date"]))
    return replace(progress, milestones={**progress.milestones, event.subject: state})


def _reached(progress: Progress, event: Past, pack: Pack) -> Progress:
    before = progress.milestones.get(event.subject, MilestoneState())
    reached = replace(progress, milestones={**progress.milestones, event.subject: replace(before, reached=True)})
    thing = find_thing(pack, event.subject)
    if isinstance(thing, Milestone) and thing.ends_programme:
        return replace(reached, step=TOP, has_job=True)
    return reached


def _result(progress: Progress, event: Past, _pack: Pack) -> Progress:
    line = Result(event.at, event.detail["text"], event.subject)
    return replace(progress, results=(*progress.results, line))


def _planned(progress: Progress, _event: Past, _pack: Pack) -> Progress:
    return progress


_RULES: Mapping[Kind, Callable[[Progress, Past, Pack], Progress]] = MappingProxyType(
    {
        Kind.PLACED: _to_step,
        Kind.MOVED: _to_step,
        Kind.DONE: _done,
        Kind.SMALLER: _smaller,
        Kind.LATER: _later,
        Kind.DATED: _dated,
        Kind.REACHED: _reached,
        Kind.RESULT: _result,
        Kind.PLANNED: _planned,
    }
)
