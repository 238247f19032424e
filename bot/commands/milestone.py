"""`milestone [name] [date]`: what takes months or years, with a day the member sets. Runs beside the actions."""

from datetime import date, timedelta

from bot.clock import local_day
from bot.mentoring.dates import far_day
from bot.mentoring.days import Reader
from bot.mentoring.forms import milestone_form
from bot.mentoring.naming import ID, nearest
from bot.mentoring.progress import Happened, Kind, MilestoneState, Progress, find_thing, load, record
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import (
    date_input,
    day_text,
    milestone_line,
    milestone_state,
    next_button,
    sentence,
    undo_button,
)
from bot.mentoring.sourcing import sources_line
from bot.message import Block, Bullets, Button, Buttons, Choice, Facts, Message, Paragraph, text
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Milestone

FARTHEST = timedelta(days=30 * 366)


async def handle(visit: Visit, arguments: str) -> Message:
    progress = await load(visit.session, visit.member_id, visit.pack)
    name, _, said = arguments.partition(" ")
    if not name:
        return _listed(visit, progress)
    milestone = find_thing(visit.pack, name.lower())
    if not isinstance(milestone, Milestone):
        return _unknown(visit, name)
    if not said:
        return _shown(visit, milestone, progress)
    if said.lower() in ("reached", "done"):
        return await _reach(visit, milestone, progress)
    return await _set_day(visit, milestone, progress, said)


def _all(visit: Visit) -> list[Milestone]:
    return [milestone for step in visit.pack.steps for milestone in step.milestones]


def _listed(visit: Visit, progress: Progress) -> Message:
    """The member's own and those of the current step; the rest in a list."""
    here = {one.id for step in visit.pack.steps if step.number == progress.step for one in step.milestones}
    shown = [one for one in _all(visit) if one.id in progress.milestones or one.id in here]
    lines: tuple[Block, ...] = ()
    if shown:
        lines = (Bullets(tuple(milestone_line(visit.say, one, progress.milestones) for one in shown)),)
    return Message(
        visit.say("progress.milestones.title"), (sentence(visit, "progress.milestones"), *lines, _open(visit))
    )


def _open(visit: Visit) -> Choice:
    options = tuple(Button(one.title, f"milestone {one.id}") for one in _all(visit))
    return Choice(visit.say("progress.milestones.open"), options)


def _unknown(visit: Visit, name: str) -> Message:
    near = tuple(Button(one.title, f"milestone {one.id}") for one in nearest(name, _all(visit)))
    buttons = (Buttons(near),) if near else ()
    said = sentence(visit, "progress.milestone.unknown")
    return Message(visit.say("progress.milestone.unknown.title"), (said, *buttons, _open(visit)))


def _shown(visit: Visit, milestone: Milestone, progress: Progress) -> Message:
    state = milestone_state(visit.say, milestone, progress.milestones)
    here = progress.milestones.get(milestone.id, MilestoneState())
    facts = Facts(
        (
            (visit.say("progress.milestone.yours"), text(state)),
            (visit.say("progress.milestone.usual"), text(milestone.usual)),
            (visit.say("progress.evidence"), text(milestone.evidence)),
        )
    )
    return Message(
        visit.say("progress.milestone.title", title=milestone.title),
        (
            Paragraph(text(milestone.about)),
            facts,
            Paragraph(sources_line(visit.say, milestone.sources), quiet=True),
            *_what_now(visit, milestone, here),
        ),
        form=None if here.reached else milestone_form(visit, milestone, here.day.isoformat() if here.day else ""),
    )


def _what_now(visit: Visit, milestone: Milestone, state: MilestoneState) -> tuple[Block, ...]:
    if state.reached:
        return (Buttons((undo_button(visit.say, f"reached {milestone.id}"),)),)
    return (date_input(visit.say, milestone), Buttons((_reached_button(visit, milestone),)))


def _reached_button(visit: Visit, milestone: Milestone) -> Button:
    return Button(visit.say("progress.milestone.reach"), f"milestone {milestone.id} reached", style="primary")


async def _set_day(visit: Visit, milestone: Milestone, progress: Progress, said: str) -> Message:
    today = local_day(visit.now, visit.zone)
    day = far_day(said, Reader(visit.say.locale, visit.zone, visit.now))
    if day is None:
        return _ask_again(visit, milestone, "progress.milestone.unread")
    if day < today:
        return _ask_again(visit, milestone, "progress.milestone.past", day=day_text(visit.say, day))
    if day - today > FARTHEST:
        return _ask_again(visit, milestone, "progress.milestone.far")
    if progress.milestones.get(milestone.id, MilestoneState()).day != day:
        await _record(visit, Kind.DATED, milestone, day)
    return _dated(visit, milestone, day)


def _ask_again(visit: Visit, milestone: Milestone, key: str, *, day: str = "") -> Message:
    return Message(
        visit.say(f"{key}.title", day=day),
        (
            sentence(visit, key, title=milestone.title, day=day),
            date_input(visit.say, milestone),
            Buttons((_reached_button(visit, milestone),)),
        ),
        form=milestone_form(visit, milestone).with_misfit("day", visit.say(f"{key}.title", day=day)),
    )


async def _record(visit: Visit, kind: Kind, milestone: Milestone, day: date | None = None) -> None:
    happened = Happened(kind=kind, subject=milestone.id, now=visit.now)
    if day:
        happened["detail"] = {"date": day.isoformat()}
    await record(visit.session, visit.member, visit.pack, **happened)


def _dated(visit: Visit, milestone: Milestone, day: date) -> Message:
    buttons = (
        next_button(visit.say),
        undo_button(visit.say, f"dated {milestone.id}"),
        Button(visit.say("progress.button.milestones"), "milestone"),
    )
    return Message(
        visit.say("progress.milestone.dated.title", title=milestone.title, day=day_text(visit.say, day)),
        (sentence(visit, "progress.milestone.dated"), Buttons(buttons)),
    )


async def _reach(visit: Visit, milestone: Milestone, progress: Progress) -> Message:
    undo = undo_button(visit.say, f"reached {milestone.id}")
    if progress.milestones.get(milestone.id, MilestoneState()).reached:
        said = sentence(visit, "progress.milestone.already")
        title = visit.say("progress.milestone.already.title", title=milestone.title)
        return Message(title, (said, Buttons((next_button(visit.say), undo))))
    await _record(visit, Kind.REACHED, milestone)
    if milestone.ends_programme:
        return _ending(visit, undo)
    said = sentence(visit, "progress.milestone.reached")
    title = visit.say("progress.milestone.reached.title", title=milestone.title)
    return Message(title, (said, Buttons((next_button(visit.say), undo))))


def _ending(visit: Visit, undo: Button) -> Message:
    """ "I got the job": the warm ending, and an invitation to help the next person."""
    buttons = (
        Button(visit.say("progress.ending.next-step"), "step 7", style="primary"),
        Button(visit.say("progress.ending.results"), "result"),
        undo,
    )
    return Message(
        visit.say("progress.ending.title", career=visit.pack.career),
        (
            sentence(visit, "progress.ending"),
            sentence(visit, "progress.ending.onward"),
            sentence(visit, "progress.ending.mentor"),
            Buttons(buttons),
        ),
    )


COMMAND = Command(
    name="milestone",
    summary="progress.summary.milestone",
    arguments=rf"(?:{ID}(?: [^?]+)?)?",
    examples=(
        Example("milestone", after=(PLACED, "milestone finish-bachelor-degree May 2028")),
        Example("milestone finish-bachelor-degree"),
        Example("milestone finish-bachelor-degree May 2028"),
        Example("milestone finish-bachelor-degree 2020-05-01"),
        Example("milestone got-the-job reached", after=(PLACED,)),
    ),
    handle=handle,
)
