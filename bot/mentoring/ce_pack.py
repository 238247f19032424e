"""The audit pack as files: a table for a spreadsheet, and a page to read and to print. Made of what `ce_audit` read;
pure. Called by `bot.files.ce_audit`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.mentoring.ce_audit import Audited, Line
from bot.mentoring.ce_counting import PartCount
from bot.mentoring.ce_standing import Standing
from bot.mentoring.ce_words import BASES, HUNDREDTHS, amount, asked, day_words, number
from bot.mentoring.sourcing import label_of
from bot.mentoring.spreadsheets import csv_text
from content.sourced import PRODUCT
from content.wording import Wording

if TYPE_CHECKING:
    from jinja2 import Template

_WHAT = ("row", "credential", "from", "to", "date", "title", "provider")
_HOW_MUCH = ("credits", "required", "left", "unit", "kinds", "number", "link", "basis")
COLUMNS = (*_WHAT, *_HOW_MUCH)


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose it is, and the day on which it was made."""

    name: str
    """Empty where the mentor was told none; the page then has a line to write it on."""
    today: date


def audit_csv(say: Wording, found: Iterable[Audited]) -> bytes:
    """One table: for each credential its total, its parts, and its courses. UTF-8 with a mark, for spreadsheets; days
    as 2026-11-23, numbers with a point.
    """
    rows = [row for each in found for row in _rows(say, each)]
    heading = [say(f"ce.audit.column.{name}") for name in COLUMNS]
    return csv_text([heading, *([row.get(name, "") for name in COLUMNS] for row in rows)]).encode("utf-8-sig")


def _rows(say: Wording, each: Audited) -> Iterator[Mapping[str, str]]:
    now, rule = each.kept.standing, each.kept.rule
    unit = say(f"ce.unit.plural.{rule.unit}")
    period = {"credential": rule.short, "unit": unit, "basis": _basis(say, now), **_days(now)}
    unknown = say("ce.audit.unknown")
    required = unknown if now.required is None else plain(now.required)
    counted = plain(now.count.counted if now.count else now.logged)
    left = {"left": plain(now.count.left)} if now.count else {}
    yield {**period, "row": say("ce.audit.row.total"), "credits": counted, "required": required, **left}
    for part in now.count.parts if now.count else ():
        least = "" if part.least is None else plain(part.least)
        yield {
            **period,
            "row": say("ce.audit.row.part"),
            "title": part.part.name,
            "credits": plain(part.counted),
            "required": least,
            "left": plain(part.left),
        }
    for line in each.lines:
        yield {**period, **_course(say, line)}


def _course(say: Wording, line: Line) -> Mapping[str, str]:
    return {
        "row": say("ce.audit.row.course"),
        "date": line.day.isoformat(),
        "title": line.title,
        "provider": line.provider,
        "credits": plain(line.amount),
        "kinds": " ".join(line.kinds),
        "number": line.number,
        "link": line.link,
    }


def plain(hundredths: int) -> str:
    """ "1.5", the same in every language."""
    return f"{hundredths / HUNDREDTHS:.2f}".rstrip("0").rstrip(".")


def _days(now: Standing) -> Mapping[str, str]:
    if now.cycle is None:
        return {}
    first = "" if now.cycle.first == date.min else now.cycle.first.isoformat()
    return {"from": first, "to": now.cycle.last.isoformat()}


def _basis(say: Wording, now: Standing) -> str:
    return say(BASES[now.cycle.basis]) if now.cycle else say("ce.time.unknown")


def audit_page(say: Wording, found: Sequence[Audited], whose: Whose) -> bytes:
    """A whole page of its own, in UTF-8: nothing is loaded from anywhere, and nothing in it runs."""
    sections = [_section(say, each) for each in found]
    told = _template().render(
        say=say, lang=say.locale, sections=sections, whose=whose, today=day_words(say, whose.today)
    )
    return told.encode()


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - few ask for one

    folder = FileSystemLoader(Path(__file__).parent / "templates")
    return Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True).get_template(
        "ce_audit.html"
    )


def _section(say: Wording, each: Audited) -> Mapping[str, object]:
    kept, now, rule = each.kept, each.kept.standing, each.kept.rule
    sources = (source for source in rule.sources.values() if source.name != PRODUCT)
    return {
        "id": rule.id,
        "name": rule.name,
        "facts": list(_facts(say, each)),
        "parts": [_part(say, part) for part in (now.count.parts if now.count else ())],
        "lines": [_cells(say, each, line) for line in each.lines],
        "conditions": [condition.says for condition in rule.conditions],
        "conflicts": rule.conflicts,
        "sources": [(source.name, source.url, label_of(say, source)) for source in sources],
        "read_on": say(
            "ce.read-on.training" if rule.is_training else "ce.read-on",
            day=day_words(say, rule.read_on),
            issuer=rule.issuer,
        ),
        "short": kept.rule.short,
    }


def _facts(say: Wording, each: Audited) -> Iterator[tuple[str, str]]:
    kept, now = each.kept, each.kept.standing
    yield say("ce.audit.issuer"), kept.rule.issuer
    if kept.row.earned:
        yield say("ce.audit.earned"), day_words(say, kept.row.earned)
    if now.cycle:
        last = day_words(say, now.cycle.last)
        is_open = now.cycle.first == date.min
        told = last if is_open else say("ce.period", first=day_words(say, now.cycle.first), last=last)
        yield say("ce.audit.period"), told
    yield say("ce.audit.date"), _basis(say, now)
    yield say("ce.fact.asked"), asked(say, kept)
    if now.count:
        yield say("ce.audit.counted"), amount(say, kept.rule, now.count.counted)
        yield say("ce.audit.left"), amount(say, kept.rule, now.count.left)
    elif now.logged:
        yield say("ce.fact.logged"), amount(say, kept.rule, now.logged)
    if now.carried:
        yield say("ce.fact.carried"), amount(say, kept.rule, now.carried)


def _part(say: Wording, part: PartCount) -> tuple[str, ...]:
    """Name, counted, least, most, left."""
    found = (part.counted, part.least, part.most, part.left if part.least is not None else None)
    return (part.part.name, *("" if each is None else number(say, each) for each in found))


def _cells(say: Wording, each: Audited, line: Line) -> Mapping[str, str]:
    return {
        "day": day_words(say, line.day),
        "title": line.title,
        "provider": line.provider,
        "amount": amount(say, each.kept.rule, line.amount),
        "kinds": ", ".join(line.kinds),
        "number": line.number,
        "link": line.link if line.link.startswith(("http://", "https://")) else "",
    }
