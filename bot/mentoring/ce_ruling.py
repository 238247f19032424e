"""`admin ce …`: a workspace's own rules of trainings that come back. Called by `admin`, which has asked who they
are.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import select

from bot.clock import local_day
from bot.mentoring.ce_changes import remember
from bot.mentoring.ce_own_rules import known_words, own_of, rule_of
from bot.mentoring.ce_words import day_words, number
from bot.mentoring.showing import sentence
from bot.message import Block, Bold, Button, Buttons, Message, Paragraph, Text
from bot.model.people import Tenant
from bot.visit import Visit
from content.credentials import CredentialRule

LONGEST_NAME, MOST = 24, 20
"""Characters, as cards have room for; rules in use."""
_NAME = re.compile(r"[^\W_][\w &/().,'’+-]*")
_LINE = re.compile(
    r'["“”](?P<name>[^"“”]{1,200})["“”]\s*(?:,?\s*(?P<hours>\d{1,3}(?:[.,]\d{1,2})?)\s*(?:hours?|hrs?|h)\b)?'
    r"\s*,?\s*(?:every|each)\s+(?:(?P<many>\d{1,3})\s+)?(?P<unit>months?|years?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a line asks for."""

    name: str
    months: int
    amount: int | None
    """Hundredths of an hour; None for a training that is done or not."""


async def own_rules(visit: Visit, rest: str) -> Message:
    """`admin ce [add "NAME" [N hours] every N months | change N … | retire N | restore N]`."""
    verb, _, words = rest.partition(" ")
    way = {"add": _add, "change": _change, "retire": _retire, "restore": _restore}.get(verb.lower())
    if way is None:
        return _listed(visit)
    # One at a time: two administrators at once must not undo one another's.
    await visit.session.exec(select(Tenant.id).where(Tenant.id == visit.tenant.id).with_for_update())
    await visit.session.refresh(visit.tenant, ["ce_rules"])
    told = way(visit, words.strip())
    await remember(visit.session, own_of(visit.tenant))
    return told


def _add(visit: Visit, words: str) -> Message:
    asked = _read(visit, words, besides=None)
    if isinstance(asked, Message):
        return asked
    rules = visit.tenant.ce_rules or []
    if sum(not each["retired"] for each in rules) >= MOST:
        return _say(visit, "many")
    _keep(visit, [*rules, _row(visit, asked, number_=len(rules) + 1, version=1)])
    return _listed(visit, "admin.ce.added.title")


def _change(visit: Visit, words: str) -> Message:
    said, _, line = words.partition(" ")
    old = _find(visit, said)
    if old is None:
        return _say(visit, "unknown")
    asked = _read(visit, line, besides=old)
    if isinstance(asked, Message):
        return asked
    _replace(
        visit, {**_row(visit, asked, number_=old["number"], version=old["version"] + 1), "retired": old["retired"]}
    )
    return _listed(visit, "admin.ce.changed.title")


def _retire(visit: Visit, words: str) -> Message:
    return _mark(visit, words, is_retired=True)


def _restore(visit: Visit, words: str) -> Message:
    return _mark(visit, words, is_retired=False)


def _mark(visit: Visit, words: str, *, is_retired: bool) -> Message:
    own = _find(visit, words)
    if own is None:
        return _say(visit, "unknown")
    _replace(visit, {**own, "retired": is_retired})
    return _listed(visit, "admin.ce.retired.title" if is_retired else "admin.ce.restored.title")


def _read(visit: Visit, words: str, besides: Mapping[str, Any] | None) -> Asked | Message:
    """What the line asks for, or why it cannot be."""
    found = _LINE.fullmatch(words)
    if found is None:
        return _say(visit, "how")
    name = " ".join(found["name"].split())
    if len(name) > LONGEST_NAME or len(name) < 2 or not _NAME.fullmatch(name):
        return _say(visit, "name", most=LONGEST_NAME)
    months = int(found["many"] or 1) * (12 if found["unit"].lower().startswith("year") else 1)
    hours = Decimal(found["hours"].replace(",", ".")) if found["hours"] else None
    if not 1 <= months <= 120 or hours == 0:
        return _say(visit, "how")
    if name.lower().replace(" ", "-") in known_words(_others(visit, besides)):
        return _say(visit, "taken", name=name)
    return Asked(name, months, None if hours is None else int(hours * 100))


def _others(visit: Visit, besides: Mapping[str, Any] | None) -> tuple[CredentialRule, ...]:
    assert visit.tenant.id is not None
    mine = rule_of(visit.tenant.id, besides).id if besides else ""
    retired = (rule_of(visit.tenant.id, each) for each in visit.tenant.ce_rules or () if each["retired"])
    return tuple(rule for rule in (*visit.pack.credentials, *retired) if rule.id != mine)


def _row(visit: Visit, asked: Asked, *, number_: int, version: int) -> dict[str, Any]:
    return {
        "number": number_,
        "version": version,
        "name": asked.name,
        "months": asked.months,
        "amount": asked.amount,
        "issuer": visit.say("admin.ce.issuer"),
        "says": visit.say.count("admin.ce.says", asked.months),
        "set_on": local_day(visit.now, visit.zone).isoformat(),
        "retired": False,
    }


def _find(visit: Visit, words: str) -> Mapping[str, Any] | None:
    said = words.strip().removeprefix("#")
    return next((each for each in visit.tenant.ce_rules or () if str(each["number"]) == said), None)


def _replace(visit: Visit, row: dict[str, Any]) -> None:
    _keep(visit, [row if each["number"] == row["number"] else each for each in visit.tenant.ce_rules or ()])


def _keep(visit: Visit, rules: list[dict[str, Any]]) -> None:
    visit.tenant.ce_rules = rules
    visit.session.add(visit.tenant)


def _say(visit: Visit, key: str, *, most: int = 0, name: str = "") -> Message:
    said = (sentence(visit, f"admin.ce.{key}", most=most, name=name), sentence(visit, "admin.ce.usage", quiet=True))
    return Message(visit.say(f"admin.ce.{key}.title"), said)


def _listed(visit: Visit, title: str = "admin.ce.title") -> Message:
    rules = visit.tenant.ce_rules or []
    blocks: list[Block] = [] if rules else [sentence(visit, "admin.ce.none")]
    for each in rules:
        blocks += _one(visit, each)
    return Message(visit.say(title), (*blocks, sentence(visit, "admin.ce.usage", quiet=True)))


def _one(visit: Visit, own: Mapping[str, Any]) -> tuple[Block, ...]:
    say, is_retired = visit.say, own["retired"]
    hours = "" if own["amount"] is None else f"{say.count('ce.unit.hour', 2, amount=number(say, own['amount']))}. "
    set_on = say("admin.ce.set-on", day=day_words(say, date.fromisoformat(own["set_on"])))
    said = Paragraph((Text(f"#{own['number']} "), Bold(own["name"]), Text(f": {hours}{own['says']} {set_on}")))
    verb = "restore" if is_retired else "retire"
    return said, Buttons((Button(say(f"admin.ce.button.{verb}"), f"admin ce {verb} {own['number']}"),))
