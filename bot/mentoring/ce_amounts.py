"""What a line about a course gives for each credential, or why it cannot be right. Called by `bot.mentoring.ce_log`."""

from dataclasses import dataclass
from decimal import Decimal

from bot.clock import local_day
from bot.mentoring.ce_lines import For, Logged
from bot.mentoring.ce_records import Kept, Record, named
from bot.mentoring.ce_words import day_words
from bot.model.credentials import LoggedCourse
from bot.visit import Visit

MOST = Decimal(100)
"""Credits that one course can give; more is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a line cannot be kept, at which field, and what the sentence needs."""

    key: str
    """Of its sentence, behind "ce."."""
    field: str
    name: str = ""
    unit: str = ""
    day: str = ""


def made_of(visit: Visit, record: Record, said: Logged) -> LoggedCourse | Misfit | None:
    """The row that a line makes, or what keeps it from being one."""
    today = local_day(visit.now, visit.zone)
    day = said.day or today
    if said.bad_day:
        return Misfit("log.unread-day", "day")
    if day > today:
        return Misfit("log.future", "day", day=day_words(visit.say, day))
    amounts = _amounts(visit, record, said)
    if isinstance(amounts, Misfit):
        return amounts
    if not said.title:
        return Misfit("log.no-title", "title")
    return LoggedCourse(
        member_id=visit.member_id,
        day=day,
        title=said.title,
        amounts=amounts,
        kinds=list(said.kinds),
        provider=said.provider,
        index_number=said.number,
        link=said.link,
        logged_at=visit.now,
    )


def _amounts(visit: Visit, record: Record, said: Logged) -> dict[str, int] | Misfit:
    wanted = _wanted(record, said)
    if isinstance(wanted, Misfit):
        return wanted
    units = {each.rule.unit for each, one in wanted if one.amount is None and each.rule.unit != "completion"}
    amounts: dict[str, int] = {}
    for each, one in wanted:
        credits_given = one.amount if one.amount is not None else said.amount
        if each.rule.unit == "completion":
            credits_given = Decimal(1)
        elif one.amount is None and (len(units) > 1 or (said.unit and said.unit != each.rule.unit)):
            return Misfit("log.unit", "amount", each.rule.short, visit.say(f"ce.unit.plural.{each.rule.unit}"))
        if misfit := _impossible(credits_given, each):
            return misfit
        assert credits_given is not None
        amounts[each.rule.id] = int(credits_given * 100)
    return amounts


def _impossible(credits_given: Decimal | None, kept: Kept) -> Misfit | None:
    if credits_given is None:
        return Misfit("log.no-amount", "amount", kept.rule.short)
    if credits_given <= 0:
        return Misfit("log.not-positive", "amount")
    if credits_given > MOST:
        return Misfit("log.too-many", "amount")
    return Misfit("log.too-fine", "amount") if credits_given * 100 % 1 else None


def _wanted(record: Record, said: Logged) -> list[tuple[Kept, For]] | Misfit:
    """The credentials a line is for; where it names none, the only one there is."""
    if not said.for_:
        only = [(each, For("")) for each in record.kept]
        return only if len(only) == 1 else Misfit("log.for-which", "for")
    found: list[tuple[Kept, For]] = []
    for one in said.for_:
        if one.name.lower() in ("all", "both", "all of them"):
            found += [(each, For("", one.amount)) for each in record.kept]
            continue
        rule = named((each.rule for each in record.kept), one.name)
        if rule is None:
            return Misfit("log.not-held", "for", one.name[:40])
        found += [(each, one) for each in record.kept if each.rule is rule]
    return found
