"""How closed days, quiet hours and leave are told to the member whose note they move. Wording only, for `coach`."""

from datetime import date

from babel.dates import format_date

from bot.clock import local_day
from bot.mentoring.coming import Coming
from bot.mentoring.do_not_disturb import DO_NOT_DISTURB
from bot.mentoring.open_hours import CLOSED, PAUSED, Cause, Closure, Leave, Quiet, quiet_of
from bot.message import Block, Paragraph, rich, text
from bot.model.coaching import CoachingPlan
from bot.visit import Visit
from content.wording import Wording


def calendar_lines(visit: Visit, plan: CoachingPlan, coming: Coming | None) -> tuple[Block, ...]:
    """Why the next note does not come on its own hour, and whether the hour chosen lies in quiet hours."""
    said: list[Block] = []
    if coming and coming.left_out:
        day, cause = coming.left_out
        left_out = visit.say("calendar.left-out", day=day_words(visit, day), why=because(visit, cause))
        said.append(Paragraph(text(left_out)))
    quiet = quiet_of(visit.tenant)
    is_swallowed = quiet.by_workspace and quiet.holds(plan.minute)
    if coming and coming.cause and not (is_swallowed and coming.cause == quiet):
        said.append(Paragraph(text(_moved(visit, coming, coming.cause))))
    if is_swallowed:
        hour = clock_words(plan.minute)
        said.append(Paragraph(rich(visit.say("calendar.swallowed", hour=hour, **_between(quiet)))))
    return tuple(said)


def _moved(visit: Visit, coming: Coming, cause: Cause) -> str:
    local = coming.at.astimezone(visit.zone)
    then = {"new": day_words(visit, local.date()), "at": f"{local:%H:%M}"}
    match cause:
        case Closure():
            day = day_words(visit, local_day(coming.due, visit.zone))
            key = "calendar.moved.closed" if cause.name else "calendar.moved.closed.unnamed"
            return visit.say(key, day=day, name=cause.name, **then)
        case Leave():
            return visit.say("calendar.moved.leave", back=day_words(visit, cause.ends), **then)
        case Quiet(by_workspace=True):
            return visit.say("calendar.moved.quiet", **_between(cause), **then)
        case Quiet():
            return visit.say("calendar.moved.late", **_between(cause), **then)


def because(visit: Visit, cause: Cause) -> str:
    """The reason as a part of a sentence: "a closed day in your workspace (Thanksgiving)"."""
    match cause:
        case Closure():
            return closed_words(visit.say, cause.name)
        case Leave():
            return visit.say("calendar.because.pause", back=day_words(visit, cause.ends))
        case Quiet():
            return visit.say("calendar.because.quiet")


def because_named(visit: Visit, reason: str) -> str | None:
    """The same for a reason as the ledger names it; None when it has nothing to do with the calendar."""
    if reason.startswith(PAUSED):
        return visit.say("calendar.because.pause", back=day_words(visit, date.fromisoformat(reason[len(PAUSED) :])))
    if reason.partition(":")[0] == CLOSED:
        return closed_words(visit.say, reason.partition(": ")[2])
    keys = {
        "quiet hours": "calendar.because.quiet",
        "not its hour yet": "calendar.because.early",
        DO_NOT_DISTURB: "calendar.because.dnd",
    }
    return visit.say(keys[reason]) if reason in keys else None


def closed_words(say: Wording, name: str) -> str:
    return say("calendar.because.closed", name=name) if name else say("calendar.because.closed.unnamed")


def leave_words(visit: Visit, begins: date | None, back: date) -> str:
    """ "from Sunday, December 20 until Monday, January 4, 2027"; "until …" for a pause that has begun."""
    if begins is None:
        return visit.say("calendar.until", back=day_words(visit, back))
    return visit.say("calendar.from-until", first=day_words(visit, begins), back=day_words(visit, back))


def day_words(visit: Visit, day: date) -> str:
    """A day in words, in the member's language; with its year unless it is this one."""
    is_near = day.year == local_day(visit.now, visit.zone).year
    return format_date(day, visit.say("calendar.day" if is_near else "calendar.day.year"), locale=visit.say.locale)


def clock_words(minute: int) -> str:
    """Minutes after midnight as "07:00"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _between(quiet: Quiet) -> dict[str, str]:
    return {"starts": clock_words(quiet.starts), "ends": clock_words(quiet.ends)}
