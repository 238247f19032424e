"""The shipped credential rules by the word people say, and short ways to write courses: for tests of CE."""

from collections.abc import Mapping
from datetime import date
from functools import cache

from bot.mentoring.ce_counting import kinds_of
from bot.mentoring.ce_cycles import Certificate
from bot.mentoring.ce_standing import Course, Holding, Standing, standing
from content.credentials import CredentialRule
from content.library import PACKS, load_pack


@cache
def shipped_rules() -> Mapping[str, CredentialRule]:
    """By `short`, in small letters ("cmm")."""
    rules = load_pack(PACKS / "medical_office_manager" / "en").credentials
    return {rule.short.lower(): rule for rule in rules}


def day(text: str) -> date:
    return date.fromisoformat(text)


def course(rule: CredentialRule, written: str) -> Course:
    """ "2026-11-03 1.5 live mgma"."""
    when, amount, *words = written.split()
    return Course(day(when), round(float(amount) * 100), kinds_of(rule, words))


def stands(name: str, today: str, *courses: str, **given: str | int) -> Standing:
    """Somebody's standing: `stands("cmm", "2026-11-22", "2026-04-01 2", earned="2026-03-01")`."""
    rule = shipped_rules()[name]
    earned, expires = (day(str(given[key])) if key in given else None for key in ("earned", "expires"))
    month = given.get("month")
    own, in_pool = given.get("own"), given.get("in_pool", 1)
    assert month is None or isinstance(month, int)
    assert own is None or isinstance(own, int)
    assert isinstance(in_pool, int)
    held = Holding(rule, Certificate(earned, expires, month), own, in_pool)
    return standing(held, [course(rule, each) for each in courses], day(today))
