"""`home`, or nothing at all: where I am, what is next, what is due."""

from datetime import timedelta

from sqlalchemy import bindparam
from sqlmodel import col, select

from bot.mentoring.at_hand import at_hand
from bot.mentoring.ce_due import ce_due
from bot.mentoring.coaching import is_paused, plan_of
from bot.mentoring.coaching_replies import facts, running_buttons
from bot.mentoring.coming import coming_note
from bot.mentoring.progress import Progress, find_thing, left_in, load, step_of
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import action_buttons, brief, day_text, milestone_line, roadmap_button, start_button
from bot.mentoring.welcome import welcome
from bot.message import Block, Bold, Bullets, Button, Buttons, Divider, Message, Paragraph, Spans, Text, When, rich
from bot.message import Progress as Bar
from bot.model.coaching import CoachingPlan
from bot.model.progress import PlannedAction
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Milestone

DUE = 5
"""At most so many lines on what is due."""
OVER = timedelta(hours=24)
"""A planned action is shown for so long after its hour."""
_MEANT = (
    select(PlannedAction)
    .where(PlannedAction.member_id == bindparam("member"), col(PlannedAction.due_at) > bindparam("since"))
    .order_by(col(PlannedAction.due_at))
    .limit(DUE)
)


async def handle(visit: Visit, arguments: str) -> Message:  # noqa: ARG001
    progress = await load(visit.session, visit.member_id, visit.pack)
    plan = await plan_of(visit.session, visit.member_id)
    coaching = await _coaching(visit, plan)
    if progress.step is None:
        return _welcome(visit, plan, coaching, await ce_due(visit))
    return await _where(visit, progress, plan, coaching)


def _welcome(visit: Visit, plan: CoachingPlan | None, coaching: tuple[Block, ...], due: list[Spans]) -> Message:
    """For somebody without a step: what this is, and the four ways in."""
    ways = tuple(rich(visit.say(f"home.way.{way}")) for way in ("ask", "start", "coach", "ce"))
    begin = (
        start_button(visit.say),
        Button(visit.say("home.button.ask"), "faq"),
        *_opt_in(visit, plan),
        *(() if due else (Button(visit.say("home.button.ce"), "ce add"),)),
    )
    return Message(
        visit.say("home.welcome.title"),
        (
            Paragraph(rich(visit.say("home.welcome", career=visit.pack.career))),
            Bullets(ways),
            *_due_blocks(visit, due),
            *coaching,
            Buttons(begin),
            *welcome(visit.say),
        ),
    )


async def _where(visit: Visit, progress: Progress, plan: CoachingPlan | None, coaching: tuple[Block, ...]) -> Message:
    assert progress.step is not None
    step = step_of(visit.pack, progress.step)
    done = len(step.actions) - len(left_in(step, progress))
    action = await at_hand(visit, progress)
    said: list[Block] = [
        Bar(visit.say("home.progress", step=step.short), done, len(step.actions)),
        Paragraph(rich(visit.say("home.next"))),
        brief(visit.say, action),
        action_buttons(visit.say, action.id, more=True),
        *await _due(visit, progress),
        Divider(),
        *coaching,
        *((Divider(),) if coaching else ()),
        Buttons((roadmap_button(visit.say), Button(visit.say("home.button.ask"), "faq"), *_opt_in(visit, plan))),
    ]
    return Message(visit.say("home.title", number=step.number, title=step.title), tuple(said))


async def _due(visit: Visit, progress: Progress) -> tuple[Block, ...]:
    """What the member means to do on a day they named: planned actions, CE, then milestones."""
    lines = [*await _planned(visit, progress), *await ce_due(visit), *_milestones(visit, progress)][:DUE]
    return _due_blocks(visit, lines)


def _due_blocks(visit: Visit, lines: list[Spans]) -> tuple[Block, ...]:
    return (Paragraph(rich(visit.say("home.due"))), Bullets(tuple(lines))) if lines else ()


async def _planned(visit: Visit, progress: Progress) -> list[Spans]:
    planned = (await visit.session.exec(_MEANT, params={"member": visit.member_id, "since": visit.now - OVER})).all()
    named = [(find_thing(visit.pack, each.action_id), each) for each in planned]
    return [
        (
            Bold(thing.title),
            Text(": "),
            When(each.due_at, visit.zone.key),
            Text(f", {each.place}" if each.place else ""),
        )
        for thing, each in named
        if thing and thing.id not in progress.done
    ]


def _milestones(visit: Visit, progress: Progress) -> list[Spans]:
    dated = sorted((state.day, name) for name, state in progress.milestones.items() if state.day and not state.reached)
    found = [thing for _, name in dated if isinstance(thing := find_thing(visit.pack, name), Milestone)]
    return [milestone_line(visit.say, milestone, progress.milestones) for milestone in found]


async def _coaching(visit: Visit, plan: CoachingPlan | None) -> tuple[Block, ...]:
    """What comes unasked and when, with the ways to change it; nothing for somebody who never opted in."""
    if plan is None or not plan.is_on:
        return ()
    said = await _coming(visit, plan)
    return (*said, facts(visit, plan, None), Buttons(running_buttons(visit, plan)))


async def _coming(visit: Visit, plan: CoachingPlan) -> tuple[Block, ...]:
    if is_paused(plan, visit.zone, visit.now) and plan.paused_until:
        return (Paragraph(rich(visit.say("home.paused", day=day_text(visit.say, plan.paused_until)))),)
    coming = await coming_note(visit.session, visit.tenant, visit.member, plan, visit.now)
    if coming is None:
        return (Paragraph(rich(visit.say("home.quiet"))),)
    when = When(coming.at, visit.zone.key)
    return (Paragraph((Text(visit.say("home.coming") + " "), when, Text("."))),)


def _opt_in(visit: Visit, plan: CoachingPlan | None) -> tuple[Button, ...]:
    on = plan is not None and plan.is_on
    return () if on else (Button(visit.say("home.button.coach"), "coach on"),)


_BUSY = (
    PLACED,
    "coach on",
    "plan get-an-outside-view Thursday 12:30, break room",
    "milestone finish-bachelor-degree May 2028",
)

COMMAND = Command(
    name="home",
    summary="home.summary",
    examples=(
        Example(""),
        Example("home", after=(PLACED,)),
        Example("home", after=(PLACED, "coach on")),
        Example("home", after=_BUSY),
        Example("home", after=(PLACED, "ce add cmm earned 2026-03-01 expires 2027-03-01", 'ce log 8 "Law" 2026-05-04')),
    ),
    handle=handle,
    only_reads=True,
)
