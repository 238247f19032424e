"""`ce …`: continuing education. Credentials held, courses logged, what counts, what is left and until when."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.clock import local_day
from bot.mentoring import ce_add, ce_log
from bot.mentoring.ce_alerts import alerts, follow_records
from bot.mentoring.ce_export import export
from bot.mentoring.ce_feed import calendar
from bot.mentoring.ce_own_rules import retired_names
from bot.mentoring.ce_records import Record, load, named, names_of
from bot.mentoring.ce_words import card, whole
from bot.mentoring.showing import sentence
from bot.message import Block, Button, Buttons, Divider, Message
from bot.visit import Visit
from bot.words import Command, Example

Way = Callable[[Visit, str], Awaitable[Message]]


async def handle(visit: Visit, arguments: str) -> Message:
    word, _, rest = arguments.partition(" ")
    way = _WAYS.get(word.lower())
    reply = await (way(visit, rest) if way else _one(visit, word))
    if word.lower() in _CHANGES:
        await follow_records(visit)
    return reply


async def _all(visit: Visit, _rest: str) -> Message:
    today = local_day(visit.now, visit.zone)
    record = await load(visit.session, visit.member_id, visit.pack.credentials, today)
    retired = tuple(_retired(visit, record))
    if not record.kept:
        nothing = ce_log.nothing_held(visit)
        return replace(nothing, blocks=(*retired, *nothing.blocks))
    blocks: list[Block] = [*_changed(visit, record)]
    if blocks:
        await follow_records(visit)
    for each in sorted(record.kept, key=lambda kept: _until(kept.standing.days_left)):
        blocks += [*card(visit.say, each), Divider()]
    choices = [Button(visit.say("ce.button.log"), "ce log", style="primary", opens=True)]
    choices += [Button(visit.say("ce.button.list"), "ce list"), Button(visit.say("ce.button.add-another"), "ce add")]
    if not record.is_alerted:
        choices.append(Button(visit.say("ce.button.alerts-on"), "ce alerts on"))
    blocks += retired
    details = [Button(each.rule.short, f"ce {names_of(each.rule)[0]}") for each in record.kept]
    blocks += [Buttons(tuple(choices)), sentence(visit, "ce.all.details"), Buttons(tuple(details[:5]))]
    return Message(visit.say.count("ce.title", len(record.kept)), tuple(blocks))


def _changed(visit: Visit, record: Record) -> Iterator[Block]:
    """Said once of each rule that changed since the member saw it; everything here goes by the new one already."""
    for each in record.kept:
        if each.row.rule_version != each.rule.version:
            each.row.rule_version = each.rule.version
            visit.session.add(each.row)
            yield sentence(visit, "ce.rule-changed", name=each.rule.short)


def _retired(visit: Visit, record: Record) -> Iterator[Block]:
    for name in retired_names(visit.tenant, record.without_rule):
        yield sentence(visit, "ce.rule-retired", name=name)


def _until(days_left: int | None) -> int:
    return 10**6 if days_left is None else days_left


async def _one(visit: Visit, word: str) -> Message:
    """One credential in full."""
    rule = named(visit.pack.credentials, word)
    today = local_day(visit.now, visit.zone)
    record = await load(visit.session, visit.member_id, visit.pack.credentials, today)
    kept = record.find(rule.id) if rule else None
    if kept is None:
        return await ce_add.add(visit, word)
    name = names_of(kept.rule)[0]
    buttons = (
        Button(visit.say("ce.button.log"), "ce log", style="primary", opens=True),
        Button(visit.say("ce.button.list"), f"ce list {name}"),
        Button(visit.say("ce.button.date"), f"ce date {name}", opens=True),
        Button(visit.say("ce.button.export"), f"ce export {name}"),
        Button(visit.say("ce.button.drop"), f"ce drop {name}"),
    )
    own = () if kept.rule.is_training else (sentence(visit, "ce.own", name=name),)
    return Message(kept.rule.name, (*whole(visit.say, kept), *own, Buttons(buttons)))


_WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "": _all,
        "add": ce_add.add,
        "date": ce_add.dates,
        "needs": ce_add.needs,
        "drop": ce_add.drop,
        "keep": ce_add.keep,
        "log": ce_log.log,
        "edit": ce_log.edit,
        "delete": ce_log.delete,
        "restore": ce_log.restore,
        "list": ce_log.listed,
        "alerts": alerts,
        "export": export,
        "calendar": calendar,
    }
)
_CHANGES = frozenset(("add", "drop", "keep", "log", "edit", "delete", "restore"))
"""Ways after which other days may be the ones to write on."""

_CMM = "ce add cmm earned 2026-03-01 expires 2027-03-01"
_CMPE = "ce add cmpe earned 2024-05-04"
_BOTH = (_CMM, _CMPE)
_UPDATE = 'ce log 1.5 live "OSHA update" 2026-11-03 for cmm'

COMMAND = Command(
    name="ce",
    summary="ce.summary",
    arguments=rf"(?:(?:{'|'.join(name for name in _WAYS if name)})(?: .*)?|[a-z][a-z-]{{1,39}})?",
    examples=(
        Example("ce", after=(*_BOTH, _UPDATE, 'ce log 6 live "State meeting" 2026-10-02 for cmpe by MGMA')),
        Example(_CMM),
        Example(_UPDATE, after=_BOTH),
        Example("ce cmm", after=(*_BOTH, _UPDATE)),
        Example("ce cmpe", after=(_CMPE, 'ce log 6 live mgma "State meeting" 2026-10-02')),
        Example("ce log", after=_BOTH),
        Example("ce add cma"),
        Example("ce"),
        Example("ce add chap earned 2025-01-10"),
        Example('ce log 2 "Leadership" 2027-01-05 for cmm', after=_BOTH),
        Example("ce list", after=(*_BOTH, _UPDATE)),
        Example("ce export", after=(*_BOTH, _UPDATE)),
        Example("ce export cmm", after=(*_BOTH, _UPDATE)),
        Example("ce calendar", after=_BOTH),
        Example("ce alerts", after=_BOTH),
        Example("ce alerts on", after=_BOTH),
        Example("ce delete 1", after=(*_BOTH, _UPDATE)),
    ),
    handle=handle,
)
