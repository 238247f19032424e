"""`admin holidays …`: the days on which a workspace wants no weekly note. Called by `admin`, which has asked who they
are.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from babel.dates import format_date

from bot.clock import local_day
from bot.mentoring.closed_days import close, closed_days, judge_anew, reopen
from bot.mentoring.coaching_replies import sentence
from bot.mentoring.coming_words import day_words
from bot.mentoring.days import Reader
from bot.mentoring.open_hours import Closure
from bot.mentoring.public_holidays import public_holidays
from bot.mentoring.stretches import days_and_rest
from bot.message import Block, Bullets, Button, Buttons, Choice, Input, Message, text
from bot.model.people import ClosedDays
from bot.visit import Visit

LONGEST = timedelta(days=366)
FARTHEST = timedelta(days=3 * 366)
NAME_LENGTH = 60
_ADD = re.compile(r"add(?: (.*))?", re.IGNORECASE | re.DOTALL)
_PUBLIC = re.compile(r"us(?: (.*))?", re.IGNORECASE | re.DOTALL)
_REMOVE = re.compile(r"remove(?: (\d{1,9}))?", re.IGNORECASE)


async def holidays(visit: Visit, rest: str) -> Message:
    """`admin holidays`, `admin holidays add <first> [to <last>] [name]`, `admin holidays remove <number>`, and
    `admin holidays us [all]`."""
    if added := _ADD.fullmatch(rest):
        return await _add(visit, added[1] or "")
    if removed := _REMOVE.fullmatch(rest):
        return await (_remove(visit, int(removed[1])) if removed[1] else _list(visit))
    if public := _PUBLIC.fullmatch(rest):
        return await public_holidays(visit, public[1] or "")
    return _unread(visit, "unread") if rest else await _list(visit)


async def _list(visit: Visit, title: str = "admin.holidays.title") -> Message:
    rows = await closed_days(visit.session, visit.tenant, _today(visit))
    lines: tuple[Block, ...] = (sentence(visit, "admin.holidays.none"),)
    if rows:
        lines = (Bullets(tuple(text(_row_words(visit, row)) for row in rows)), sentence(visit, "admin.holidays.what"))
    public = Buttons((Button(visit.say("admin.holidays.us"), "admin holidays us"),))
    return Message(visit.say(title), (*lines, *_removals(visit, rows), public, _typed(visit)))


def _removals(visit: Visit, rows: Sequence[ClosedDays]) -> tuple[Choice, ...]:
    options = tuple(Button(_short_words(visit, row), f"admin holidays remove {row.id}") for row in rows)
    return (Choice(visit.say("admin.holidays.remove"), options),) if options else ()


async def _add(visit: Visit, words: str) -> Message:
    read = days_and_rest(words, Reader(visit.say.locale, visit.zone, visit.now))
    if read is None:
        return _unread(visit, "unread")
    stretch, name = read
    closure = Closure(stretch.first, stretch.final, name[:NAME_LENGTH].strip())
    if fault := _fault(closure, _today(visit)):
        return _unread(visit, fault, closure)
    is_new = await close(visit.session, visit.tenant, closure)
    title = visit.say("admin.holidays.added" if is_new else "admin.holidays.there", days=_words(visit, closure))
    ways = Buttons((_list_button(visit),))
    return Message(title, (sentence(visit, "admin.holidays.what"), ways, _typed(visit)))


def _fault(closure: Closure, today: date) -> str | None:
    """Why days cannot be closed, as the end of a sentence's key."""
    if closure.last_day < closure.first_day:
        return "backwards"
    if closure.last_day < today:
        return "over"
    if closure.first_day - today > FARTHEST or closure.last_day - closure.first_day > LONGEST:
        return "far"
    return None


async def _remove(visit: Visit, number: int) -> Message:
    row = await reopen(visit.session, visit.tenant, number)
    if row is None:
        return await _list(visit, "admin.holidays.unknown.title")
    await judge_anew(visit.session, visit.tenant, visit.now)
    again = f"admin holidays add {row.first_day} to {row.last_day} {row.name}".strip()
    ways = Buttons((Button(visit.say("admin.holidays.put-back"), again), _list_button(visit)))
    title = visit.say("admin.holidays.removed", days=_row_words(visit, row))
    return Message(title, (sentence(visit, "admin.holidays.removed.what"), ways))


def _unread(visit: Visit, name: str, read: Closure | None = None) -> Message:
    """Nothing was changed, why, and a line to type it in."""
    days = _words(visit, read) if read else ""
    said = sentence(visit, f"admin.holidays.{name}")
    return Message(visit.say(f"admin.holidays.{name}.title", days=days), (said, _typed(visit)))


def _typed(visit: Visit) -> Input:
    say = visit.say
    asked, hint, save = (say(f"admin.holidays.input{part}") for part in ("", ".hint", ".save"))
    return Input(asked, "admin holidays add", hint, save)


def _list_button(visit: Visit) -> Button:
    return Button(visit.say("admin.holidays.list"), "admin holidays")


def _today(visit: Visit) -> date:
    return local_day(visit.now, visit.zone)


def _words(visit: Visit, closure: Closure) -> str:
    """ "Thursday, December 24 to Saturday, December 26 (Christmas)"."""
    first, last = day_words(visit, closure.first_day), day_words(visit, closure.last_day)
    days = first if first == last else visit.say("admin.holidays.span", first=first, last=last)
    return f"{days} ({closure.name})" if closure.name else days


def _row_words(visit: Visit, row: ClosedDays) -> str:
    return _words(visit, Closure(row.first_day, row.last_day, row.name))


def _short_words(visit: Visit, row: ClosedDays) -> str:
    """ "Dec 24: Christmas"."""
    day = format_date(row.first_day, visit.say("calendar.day.short"), locale=visit.say.locale)
    return f"{day}: {row.name}" if row.name else day
