"""The federal holidays of the United States, to be closed with one press. Called by `admin holidays us`."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.clock import local_day
from bot.mentoring.closed_days import close, closed_days
from bot.mentoring.coaching_replies import sentence
from bot.mentoring.coming_words import day_words
from bot.mentoring.open_hours import Closure
from bot.message import Bullets, Button, Buttons, Choice, Message, text
from bot.visit import Visit

AHEAD = timedelta(days=365)


async def public_holidays(visit: Visit, rest: str) -> Message:
    """`admin holidays us` lists those of the next year that are still open; `admin holidays us all` closes them."""
    days = await _open_ones(visit)
    if rest.strip().lower() != "all" or not days:
        return _offer(visit, days)
    for each in days:
        await close(visit.session, visit.tenant, each)
    title = visit.say.count("admin.holidays.us.closed", len(days))
    ways = Buttons((Button(visit.say("admin.holidays.list"), "admin holidays"),))
    return Message(title, (_listed(visit, days), sentence(visit, "admin.holidays.what"), ways))


async def _open_ones(visit: Visit) -> list[Closure]:
    today = local_day(visit.now, visit.zone)
    closed = await closed_days(visit.session, visit.tenant, today)
    return [
        each for each in _coming(today) if not any(row.first_day <= each.first_day <= row.last_day for row in closed)
    ]


def _coming(today: date) -> list[Closure]:
    """Also the weekdays on which those that fall on a weekend are kept."""
    # Loading the package's calendars takes a tenth of a second, and hardly any process needs them.
    from holidays.countries.united_states import UnitedStates  # noqa: PLC0415

    found: dict[date, str] = UnitedStates(years=[today.year, today.year + 1])  # type: ignore[no-untyped-call]
    return [Closure(day, day, name) for day, name in sorted(found.items()) if today <= day <= today + AHEAD]


def _offer(visit: Visit, days: Sequence[Closure]) -> Message:
    title = visit.say("admin.holidays.us.title")
    if not days:
        ways = Buttons((Button(visit.say("admin.holidays.list"), "admin holidays"),))
        return Message(title, (sentence(visit, "admin.holidays.us.none"), ways))
    options = tuple(Button(_words(visit, each), f"admin holidays add {each.first_day} {each.name}") for each in days)
    return Message(
        title,
        (
            _listed(visit, days),
            Buttons((Button(visit.say("admin.holidays.us.all"), "admin holidays us all", style="primary"),)),
            Choice(visit.say("admin.holidays.us.one"), options),
        ),
    )


def _listed(visit: Visit, days: Sequence[Closure]) -> Bullets:
    return Bullets(tuple(text(_words(visit, each)) for each in days))


def _words(visit: Visit, closure: Closure) -> str:
    """ "Thursday, November 26: Thanksgiving Day"."""
    return f"{day_words(visit, closure.first_day)}: {closure.name}"
