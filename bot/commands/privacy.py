"""`privacy`: what is kept about me, and what others see of it."""

from sqlmodel import col, func, select

from bot.mentoring.coaching import plan_of
from bot.mentoring.cohort_privacy import managers_see
from bot.mentoring.coming_words import leave_words
from bot.mentoring.outcomes import outcomes_of
from bot.mentoring.progress import load
from bot.mentoring.samples import PLACED
from bot.message import Block, Bullets, Button, Buttons, Facts, Message, Paragraph, Spans, When, rich, text
from bot.model.coaching import CoachingPlan
from bot.model.credentials import AlertPlan, HeldCredential, LoggedCourse
from bot.model.progress import PlannedAction
from bot.visit import Visit
from bot.words import Command, Example


async def handle(visit: Visit, arguments: str) -> Message:  # noqa: ARG001
    said: tuple[Block, ...] = (
        *await managers_see(visit),
        Facts(await _kept(visit)),
        Bullets(tuple(rich(visit.say(key)) for key in ("privacy.questions", "privacy.employer", "privacy.patients"))),
        Buttons((Button(visit.say("privacy.button.export"), "export"),)),
        Paragraph(rich(visit.say("privacy.operator")), quiet=True),
    )
    return Message(visit.say("privacy.title"), said)


async def _kept(visit: Visit) -> tuple[tuple[str, Spans], ...]:
    say, member = visit.say, visit.member
    progress = await load(visit.session, visit.member_id, visit.pack)
    plan = await plan_of(visit.session, visit.member_id)
    mine = select(func.count()).where(col(PlannedAction.member_id) == visit.member_id)
    planned = (await visit.session.exec(mine)).one()
    return (
        *(((say("privacy.name"), text(member.name)),) if member.name else ()),
        (say("privacy.step"), text(str(progress.step or say("privacy.nothing")))),
        (say("privacy.actions"), text(str(len(progress.done)))),
        (say("privacy.results"), text(str(len(progress.results)))),
        (say("privacy.planned"), text(str(planned))),
        *await _credentials(visit),
        *await _reported(visit),
        (say("privacy.zone"), text(member.zone or say("privacy.nothing"))),
        (say("privacy.coaching"), text(say("privacy.on") if plan and plan.is_on else say("privacy.off"))),
        *_pause(visit, plan),
        (say("privacy.last-use"), (When(member.last_active_at or visit.now, str(visit.zone)),)),
    )


async def _credentials(visit: Visit) -> tuple[tuple[str, Spans], ...]:
    """Rows that can still be brought back count: they are kept as well."""
    counts = []
    for table in (HeldCredential, LoggedCourse):
        mine = select(func.count()).select_from(table).where(col(table.member_id) == visit.member_id)
        counts.append((await visit.session.exec(mine)).one())
    names = (visit.say("privacy.credentials"), visit.say("privacy.courses"))
    kept = [(name, text(str(number))) for name, number in zip(names, counts, strict=True) if number]
    alerts = await visit.session.get(AlertPlan, visit.member_id)
    if alerts is not None:
        on = visit.say("privacy.on") if alerts.is_on else visit.say("privacy.off")
        kept.append((visit.say("privacy.ce-alerts"), text(on)))
    return tuple(kept)


async def _reported(visit: Visit) -> tuple[tuple[str, Spans], ...]:
    """What only those have who told it: where they work, what came of it."""
    say, member = visit.say, visit.member
    place = ", ".join(each for each in (member.site, member.region) if each)
    outcomes = len(await outcomes_of(visit.session, visit.member_id))
    return (
        *(((say("privacy.site"), text(place)),) if place else ()),
        *(((say("privacy.outcomes"), text(str(outcomes))),) if outcomes else ()),
    )


def _pause(visit: Visit, plan: CoachingPlan | None) -> tuple[tuple[str, Spans], ...]:
    """The days of a pause stay in the member's row until another takes their place."""
    if plan is None or plan.paused_until is None:
        return ()
    return ((visit.say("privacy.pause"), text(leave_words(visit, plan.paused_from, plan.paused_until))),)


_JOINED = (
    PLACED,
    "cohort create Sample learners",
    "cohort invite @sample-member",
    "cohort join invite-2 share step activity",
)

COMMAND = Command(
    name="privacy",
    summary="privacy.summary",
    examples=(Example("privacy"), Example("privacy", after=("start", "coach on")), Example("privacy", after=_JOINED)),
    handle=handle,
)
