"""The ledger in words, for the member it is about: what was sent unasked, late or not at all, and why. Called by
`coach why`.
"""

from datetime import date, timedelta

from sqlmodel import col, select

from bot.mentoring.coaching import WEEKLY
from bot.mentoring.coaching_replies import day_span, rhythm, sentence
from bot.mentoring.progress import find_thing, home_step
from bot.message import Block, Bullets, Paragraph, Spans, Text, When, text
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import Delivery, State
from bot.visit import Visit

SHOWN = 6
LATE = timedelta(hours=1)
"""From here on a note counts as late."""
_PAUSED = "paused until "


async def ledger_lines(visit: Visit, plan: CoachingPlan | None) -> tuple[Block, ...]:
    """The last few rows in words, newest first, and why the last weekly note came."""
    mine = select(Delivery).where(Delivery.member_id == visit.member_id)
    rows = (await visit.session.exec(mine.order_by(col(Delivery.due_at).desc()).limit(SHOWN))).all()
    if not rows:
        return (sentence(visit, "coaching.why.nothing"),)
    lines = Bullets(tuple(_line(visit, row) for row in rows))
    weekly = next((row for row in rows if row.kind == WEEKLY and row.state != State.SKIPPED), None)
    return (lines, _why(visit, weekly, plan)) if weekly and plan else (lines,)


def _line(visit: Visit, row: Delivery) -> Spans:
    when = When(row.sent_at or row.due_at, visit.zone.key)
    said, after = _told(visit, row)
    return (when, Text(" – "), *said, *after)


def _told(visit: Visit, row: Delivery) -> tuple[Spans, Spans]:
    say = visit.say
    name = f"coaching.why.kind.{row.kind}"
    kind = say(name if name in say.keys else "coaching.why.kind.other")
    match row.state:
        case State.SENT:
            late = row.sent_at is not None and row.sent_at - row.due_at >= LATE
            return text(say("coaching.why.late" if late else "coaching.why.sent", kind=kind)), ()
        case State.UNSURE:
            return text(say("coaching.why.unsure", kind=kind)), ()
        case State.SKIPPED:
            return text(say("coaching.why.skipped", kind=kind)), _reason(visit, row.reason)
        case State.FAILED:
            return text(say("coaching.why.refused", kind=kind, reason=row.reason)), ()
        case State.PENDING | State.SENDING:
            return text(say("coaching.why.pending", kind=kind)), ()


def _reason(visit: Visit, reason: str) -> Spans:
    if reason.startswith(_PAUSED):
        day = date.fromisoformat(reason.removeprefix(_PAUSED))
        return (*text(visit.say("coaching.why.reason.paused") + " "), day_span(visit, day), Text("."))
    key = f"coaching.why.reason.{reason.replace(' ', '-')}"
    return text((visit.say(key) if key in visit.say.keys else reason) + ".")


def _why(visit: Visit, row: Delivery, plan: CoachingPlan) -> Paragraph:
    said = visit.say("coaching.why.last", rhythm=rhythm(visit.say, plan))
    thing = find_thing(visit.pack, row.content.get("action") or "")
    if thing:
        home = home_step(visit.pack, thing.id)
        step = home.number if home else visit.member.step or 1
        said += " " + visit.say("coaching.why.last.action", title=thing.title, step=step)
    if plan.opted_in_at is None:
        return Paragraph(text(said))
    asked = Text(f" {visit.say('coaching.why.opted-in')} ")
    return Paragraph((*text(said), asked, When(plan.opted_in_at, visit.zone.key, "day"), Text(".")))
