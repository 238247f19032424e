"""What managers see of the member who asks: the very row, who they are, and who looked when. Called by `privacy`."""

from collections.abc import Sequence

from bot.mentoring.cohort_looks import Seen, looks_at
from bot.mentoring.cohort_records import row_of
from bot.mentoring.cohort_running import team_lines
from bot.mentoring.cohort_words import table
from bot.mentoring.cohorts import joined
from bot.mentoring.display_names import named
from bot.message import Block, Bold, Bullets, Button, Buttons, Divider, Paragraph, Text, When, rich
from bot.model.cohorts import Cohort
from bot.visit import Visit


async def managers_see(visit: Visit) -> tuple[Block, ...]:
    """One part for each cohort the member is in, and the newest looks at them."""
    cohorts = await joined(visit.session, visit.member_id, also_archived=True)
    looks = await looks_at(visit.session, visit.member_id)
    if not cohorts and not looks:
        return (Paragraph(rich(visit.say("privacy.managers"))),)
    parts = [block for cohort in cohorts for block in await _part(visit, cohort)]
    return (*parts, *_looks(visit, looks), Divider())


async def _part(visit: Visit, cohort: Cohort) -> tuple[Block, ...]:
    say = visit.say
    name = (*rich(say("privacy.cohort")), Text(" "), Bold(cohort.name))
    if cohort.archived_at is not None:
        leave = Button(say("cohorts.button.leave"), f"cohort leave #{cohort.id}")
        return (Paragraph(name), Paragraph(rich(say("privacy.cohort.archived"))), Buttons((leave,)))
    change = Buttons((Button(say("privacy.change"), f"cohort sharing #{cohort.id}"),))
    who = (Paragraph(rich(say("privacy.cohort.who"))), Bullets(await team_lines(visit, cohort)))
    return (Paragraph(name), await _row(visit, cohort), *who, change)


async def _row(visit: Visit, cohort: Cohort) -> Block:
    if visit.tenant.cohorts_locked:
        return Paragraph(rich(visit.say("privacy.cohort.locked")))
    row = await row_of(visit.session, cohort, visit.member_id, visit.pack, visit.now)
    return table(visit.say, (row,)) if row else Paragraph(rich(visit.say("privacy.cohort.nothing")))


def _looks(visit: Visit, looks: Sequence[Seen]) -> tuple[Block, ...]:
    say, zone = visit.say, visit.zone.key
    if not looks:
        return (Paragraph(rich(say("privacy.looks.none"))),)
    lines = tuple(
        (
            named(each.viewer, visit.tenant.id, say("privacy.looks.viewer")),
            Text(f" · {each.cohort} · "),
            When(each.hour, zone),
        )
        for each in looks
    )
    return (Paragraph(rich(say("privacy.looks"))), Bullets(lines))
