"""`admin quiet …`: the hours in which a workspace wants no note. Called by `admin`, which has asked who they are."""

import re
from datetime import time

from bot.mentoring.closed_days import judge_anew
from bot.mentoring.coaching_replies import sentence
from bot.mentoring.coming_words import clock_words
from bot.mentoring.days import clock_time
from bot.mentoring.open_hours import MENTORS_OWN, Quiet, quiet_of
from bot.message import Button, Buttons, Input, Message, Paragraph
from bot.visit import Visit

LONGEST = 18 * 60
"""Minutes: the rest of the day is for notes, and a slip of the half of the day shows."""
_SPAN = re.compile(r"(?:(?:from|between)\s+)?(.+?)\s*(?:\b(?:to|until|till|and)\b|[-–—])\s*(.+)", re.IGNORECASE)
_ONE_DIGIT = re.compile(r"^(\d)(?!\d)")


async def quiet(visit: Visit, rest: str) -> Message:
    """`admin quiet`, `admin quiet <from> to <until>`, `admin quiet off`."""
    if not rest:
        return _shown(visit, visit.say("admin.quiet.title"))
    if rest.lower() == "off":
        await _set(visit, None, None)
        return _shown(visit, visit.say("admin.quiet.off.title"))
    hours = _read(rest)
    if hours is None:
        return _unread(visit, "unread")
    if hours.starts == hours.ends:
        return _unread(visit, "same", at=clock_words(hours.starts))
    if (hours.ends - hours.starts) % (24 * 60) > LONGEST:
        return _unread(visit, "long", **_between(hours))
    await _set(visit, hours.starts, hours.ends)
    return _shown(visit, visit.say("admin.quiet.saved.title", **_between(hours)))


async def _set(visit: Visit, starts: int | None, ends: int | None) -> None:
    visit.tenant.quiet_from, visit.tenant.quiet_to = starts, ends
    await judge_anew(visit.session, visit.tenant, visit.now)


def _read(words: str) -> Quiet | None:
    """Quiet hours end in the morning: a bare hour of the second time is never one of the afternoon."""
    span = _SPAN.fullmatch(words.strip(" ,;."))
    if span is None:
        return None
    starts, ends = clock_time(span[1]), clock_time(_ONE_DIGIT.sub(r"0\1", span[2]))
    return Quiet(_minute(starts), _minute(ends), by_workspace=True) if starts and ends else None


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _shown(visit: Visit, title: str) -> Message:
    said: list[Paragraph] = [_now(visit), sentence(visit, "admin.quiet.reminders")]
    ways = (Buttons((Button(visit.say("admin.quiet.button.off"), "admin quiet off"),)),) if _is_set(visit) else ()
    return Message(title, (*said, *ways, _typed(visit)))


def _now(visit: Visit) -> Paragraph:
    hours = quiet_of(visit.tenant)
    if not hours.by_workspace:
        return sentence(visit, "admin.quiet.mine", **_between(MENTORS_OWN))
    key = "admin.quiet.overnight" if hours.ends < hours.starts else "admin.quiet.now"
    return sentence(visit, key, **_between(hours))


def _is_set(visit: Visit) -> bool:
    return quiet_of(visit.tenant).by_workspace


def _unread(visit: Visit, name: str, **values: str) -> Message:
    """Nothing was changed, why, and a line to type it in."""
    said = sentence(visit, f"admin.quiet.{name}", **values)
    return Message(visit.say(f"admin.quiet.{name}.title"), (said, _typed(visit)))


def _typed(visit: Visit) -> Input:
    say = visit.say
    asked, hint, save = (say(f"admin.quiet.input{part}") for part in ("", ".hint", ".save"))
    return Input(asked, "admin quiet", hint, save)


def _between(hours: Quiet) -> dict[str, str]:
    return {"starts": clock_words(hours.starts), "ends": clock_words(hours.ends)}
