"""The ledger in words, for the member it is about: what was sent unasked, late or not at all, and why. Called by
`coach why`.
"""

from datetime import date, datetime, timedelta

from sqlmodel import col, select

from bot.mentoring.coaching import WEEKLY
from bot.mentoring.coaching_replies import day_span, rhythm, sentence
from bot.mentoring.coming_words import because_named
from bot.mentoring.open_hours import PAUSED
from bot.mentoring.progress import find_thing, home_step
from bot.message import Block, Bullets, Paragraph, Spans, Text, When, text
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import RESTORED, Delivery, State
from bot.visit import Visit

SHOWN = 6
LATE = timedelta(hours=1)
"""From here on a note counts as late."""
MOVED = "moved"
"""In a row's content: the reason, as the calendar names it, why it came later than on its hour."""


async def ledger_lines(visit: Visit, plan: CoachingPlan | None) -> tuple[Block, ...]:
    """The last few rows in words, newest first, and why the last weekly note came."""
    mine = select(Delivery).where(Delivery.member_id == visit.member_id)
    rows = (await visit.session.exec(mine.order_by(col(Delivery.due_at).desc()).limit(SHOWN))).all()
    if not rows:
        return (sentence(visit, "coaching.why.nothing"),)
    lines = Bullets(tuple(_line(visit, row) for row in rows))
    weekly = next((row for row in rows if row.kind == WEEKLY and _came(row)), None)
    return (lines, _why(visit, weekly, plan)) if weekly and plan else (lines,)


def _came(row: Delivery) -> bool:
    return row.state != State.SKIPPED and row.reason != RESTORED


def _line(visit: Visit, row: Delivery) -> Spans:
    when = When(row.sent_at or row.due_at, visit.zone.key)
    said, after = _told(visit, row)
    return (when, Text(" – "), *said, *after)


def _told(visit: Visit, row: Delivery) -> tuple[Spans, Spans]:
    say = visit.say
    name = f"coaching.why.kind.{row.kind}"
    kind = say(name if name in say.keys else "coaching.why.kind.other")
    if row.state == State.SKIPPED:
        return text(say("coaching.why.skipped", kind=kind)), _reason(visit, row.reason)
    if row.state == State.FAILED:
        return text(say("coaching.why.refused", kind=kind, reason=_refusal(visit, row.reason))), ()
    if why := because_named(visit, _moved_by(row, visit.now)):
        key = "calendar.why.waited" if row.state == State.SENT else "calendar.why.waits"
        return text(say(key, kind=kind, why=why)), ()
    return text(say(f"coaching.why.{_how(row)}", kind=kind)), ()


def _moved_by(row: Delivery, now: datetime) -> str:
    """What in the calendar made it come later, or makes it wait, as the ledger names it; empty for nothing."""
    if row.state == State.PENDING:
        return row.reason if row.due_at > now else ""
    return row.content.get(MOVED, "") if row.state == State.SENT else ""


def _how(row: Delivery) -> str:
    """The rest of a sentence's key."""
    if row.state == State.UNSURE:
        return "restored" if row.reason == RESTORED else "unsure"
    if row.state != State.SENT:
        return "pending"
    is_late = row.sent_at is not None and row.sent_at - row.due_at >= LATE
    return "late" if is_late else "sent"


def _reason(visit: Visit, reason: str) -> Spans:
    if reason.startswith(PAUSED):
        day = date.fromisoformat(reason.removeprefix(PAUSED))
        return (*text(visit.say("coaching.why.reason.paused") + " "), day_span(visit, day), Text("."))
    if why := because_named(visit, reason):
        return text(visit.say("calendar.why.too-late", why=why) + ".")
    key = f"coaching.why.reason.{reason.replace(' ', '-')}"
    return text((visit.say(key) if key in visit.say.keys else reason) + ".")


def _refusal(visit: Visit, reason: str) -> str:
    """Why a platform did not take it; what it calls that itself stands in brackets, for the operator."""
    key = f"coaching.why.refusal.{reason.partition(' (')[0].replace(' ', '-')}"
    return visit.say(key) if key in visit.say.keys else reason


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
