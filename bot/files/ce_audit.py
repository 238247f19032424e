"""`ce-audit`: a member's CE record for an audit, as a page or as a table, of one credential or of all. Offered by
`ce export`.
"""

from datetime import date

from bot.clock import local_day
from bot.files import FileKind, Made, NotMade
from bot.mentoring.ce_audit import Audited, audited
from bot.mentoring.ce_pack import Whose, audit_csv, audit_page
from bot.visit import Visit

NAME = "ce-audit"
ALL = "all"


def recipe(kind: str, rule_id: str, day: date) -> str:
    """`kind` is "html" or "csv"; `day` is one of the period, or today."""
    return f"{NAME} {kind} {rule_id or ALL} {day.isoformat()}"


def file_name(kind: str, rule_id: str, day: date) -> str:
    """With a day of the period, so that two of them can be told apart."""
    return f"ce-record-{rule_id or ALL}-{day.isoformat()}.{kind}"


async def make(visit: Visit, words: str) -> Made | NotMade:
    kind, rule_id, said = (*words.split(), "", "", "")[:3]
    day, rule_id = _day(said), "" if rule_id == ALL else rule_id
    if day is None or kind not in ("html", "csv"):
        return NotMade(visit.say("file.gone"))
    found = await audited(visit.session, visit.member_id, visit.pack.credentials, day, rule_id)
    if not found:
        return NotMade(visit.say("ce.export.not-held"))
    return Made(file_name(kind, rule_id, day), *_drawn(visit, kind, found))


def _drawn(visit: Visit, kind: str, found: list[Audited]) -> tuple[str, bytes]:
    if kind == "csv":
        return "text/csv", audit_csv(visit.say, found)
    return "text/html", audit_page(visit.say, found, Whose(visit.member.name or "", local_day(visit.now, visit.zone)))


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


FILE = FileKind(NAME, make)
