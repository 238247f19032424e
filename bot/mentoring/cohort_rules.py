"""`admin cohorts …`: who may create cohorts in this workspace, and whether managers see figures alone. Called by
`admin`, which has asked who they are.
"""

from bot.mentoring.cohort_naming import people_in
from bot.mentoring.cohort_settling import start_over
from bot.message import Button, Buttons, Mention, Message, Paragraph, Spans, Text, rich
from bot.visit import Visit


async def cohort_rules(visit: Visit, rest: str) -> Message:
    """`admin cohorts [everyone | only @somebody … | lock | unlock]`."""
    word, _, who = rest.partition(" ")
    match word.lower():
        case "everyone":
            visit.tenant.cohort_makers = None
        case "only" if people := people_in(who):
            visit.tenant.cohort_makers = people
        case "only":
            return Message(visit.say("admin.cohorts.only.title"), (Paragraph(rich(visit.say("admin.cohorts.only"))),))
        case "lock" | "unlock":
            if word.lower() == "lock" and not visit.tenant.cohorts_locked:
                await start_over(visit.session, visit.member.tenant_id)
            visit.tenant.cohorts_locked = word.lower() == "lock"
    visit.session.add(visit.tenant)
    return _state(visit)


def _state(visit: Visit) -> Message:
    say, makers = visit.say, visit.tenant.cohort_makers
    who = _named(visit, makers) if makers is not None else rich(say("admin.cohorts.everyone"))
    lock = "locked" if visit.tenant.cohorts_locked else "unlocked"
    buttons = (
        *((Button(say("admin.cohorts.button.everyone"), "admin cohorts everyone"),) if makers is not None else ()),
        Button(say(f"admin.cohorts.button.{lock}"), f"admin cohorts {'unlock' if lock == 'locked' else 'lock'}"),
    )
    said = (
        Paragraph(who),
        Paragraph(rich(say(f"admin.cohorts.{lock}"))),
        Paragraph(rich(say("admin.cohorts.how")), quiet=True),
        Buttons(buttons),
    )
    return Message(say("admin.cohorts.title"), said)


def _named(visit: Visit, makers: list[str]) -> Spans:
    spans: list[Text | Mention] = [Text(visit.say("admin.cohorts.these") + " ")]
    for number, user in enumerate(makers):
        spans += [Text(", " if number else ""), Mention(user, visit.say("admin.cohorts.person"))]
    return (*spans, Text("."))
