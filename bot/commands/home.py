"""`home`, or nothing at all: where I am, what is next, what is due."""

from bot.mentoring.at_hand import at_hand
from bot.mentoring.coaching import is_paused, plan_of
from bot.mentoring.coming import coming_note
from bot.mentoring.progress import Progress, left_in, load, step_of
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import action_buttons, brief, day_text, roadmap_button, start_button
from bot.message import Block, Bullets, Button, Buttons, Divider, Message, Paragraph, Text, When, rich
from bot.message import Progress as Bar
from bot.model.coaching import CoachingPlan
from bot.visit import Visit
from bot.words import Command, Example


async def handle(visit: Visit, arguments: str) -> Message:  # noqa: ARG001
    progress = await load(visit.session, visit.member_id, visit.pack)
    plan = await plan_of(visit.session, visit.member_id)
    coaching = await _coaching(visit, plan)
    if progress.step is None:
        return _welcome(visit, plan, coaching)
    return await _where(visit, progress, plan, coaching)


def _welcome(visit: Visit, plan: CoachingPlan | None, coaching: tuple[Block, ...]) -> Message:
    """For somebody without a step: what this is, and the three ways in."""
    ways = tuple(rich(visit.say(key)) for key in ("home.way.ask", "home.way.start", "home.way.coach"))
    return Message(
        visit.say("home.welcome.title"),
        (
            Paragraph(rich(visit.say("home.welcome", career=visit.pack.career))),
            Bullets(ways),
            *coaching,
            Buttons((start_button(visit.say), Button(visit.say("home.button.ask"), "faq"), *_opt_in(visit, plan))),
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
        Divider(),
        *coaching,
        Buttons((roadmap_button(visit.say), Button(visit.say("home.button.ask"), "faq"), *_opt_in(visit, plan))),
    ]
    return Message(visit.say("home.title", number=step.number, title=step.title), tuple(said))


async def _coaching(visit: Visit, plan: CoachingPlan | None) -> tuple[Block, ...]:
    """What comes unasked and when, in one line; nothing for somebody who never opted in."""
    if plan is None or not plan.is_on:
        return ()
    if is_paused(plan, visit.zone, visit.now) and plan.paused_until:
        return (Paragraph(rich(visit.say("home.paused", day=day_text(visit.say, plan.paused_until)))),)
    coming = await coming_note(visit.session, visit.tenant, visit.member, plan, visit.now)
    if coming is None:
        return (Paragraph(rich(visit.say("home.quiet"))),)
    when = When(coming.at, visit.zone.key)
    return (Paragraph((Text(visit.say("home.coming") + " "), when, Text("."))),)


def _opt_in(visit: Visit, plan: CoachingPlan | None) -> tuple[Button, ...]:
    on = plan is not None and plan.is_on
    key, command = ("home.button.settings", "coach settings") if on else ("home.button.coach", "coach on")
    return (Button(visit.say(key), command),)


COMMAND = Command(
    name="home",
    summary="home.summary",
    examples=(Example(""), Example("home", after=(PLACED,)), Example("home", after=(PLACED, "coach on"))),
    handle=handle,
)
