"""`outcome`: what came of it, in the member's own report: enrolled, passed, promoted, kept a credential."""

from bot.clock import local_day
from bot.mentoring.cohort_words import day_words
from bot.mentoring.outcomes import KINDS, outcomes_of, report, take_back
from bot.message import Block, Bullets, Button, Buttons, Message, Paragraph, rich, text
from bot.visit import Visit
from bot.words import Command, Example


async def handle(visit: Visit, arguments: str) -> Message:
    first, _, second = arguments.lower().partition(" ")
    if first == "remove":
        await take_back(visit.session, visit.member_id, second)
    elif first:
        await report(visit.session, visit.member_id, first, local_day(visit.now, visit.zone))
    return await _shown(visit)


async def _shown(visit: Visit) -> Message:
    say = visit.say
    there = {each.kind: each.day for each in await outcomes_of(visit.session, visit.member_id)}
    lines = tuple(
        text(say("outcome.line", what=say(f"cohorts.outcome.{kind}"), day=day_words(say, day)))
        for kind, day in there.items()
    )
    new = tuple(Button(say(f"outcome.button.{kind}"), f"outcome {kind}") for kind in KINDS if kind not in there)
    back = tuple(
        Button(say("outcome.button.remove", what=say(f"cohorts.outcome.{kind}")), f"outcome remove {kind}")
        for kind in there
    )
    listed: tuple[Block, ...] = (Bullets(lines),) if lines else ()
    title = say("outcome.title" if there else "outcome.none.title")
    return Message(title, (*listed, Paragraph(rich(say("outcome.who-sees"))), Buttons((*new, *back))))


_KINDS = "|".join(KINDS)

COMMAND = Command(
    name="outcome",
    summary="outcome.summary",
    arguments=rf"(?:(?:remove )?(?:{_KINDS}))?",
    examples=(
        Example("outcome"),
        Example("outcome passed"),
        Example("outcome remove passed", after=("outcome enrolled", "outcome passed")),
    ),
    handle=handle,
)
