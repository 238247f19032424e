"""`ce export`: the record for an audit, as files in the chat. Called by the `ce` command."""

from datetime import date

from bot.clock import local_day
from bot.files.ce_audit import file_name, recipe
from bot.mentoring.ce_audit import day_before
from bot.mentoring.ce_log import nothing_held
from bot.mentoring.ce_records import Kept, Record, load, named, names_of
from bot.mentoring.ce_words import card, day_words
from bot.mentoring.days import Reader
from bot.mentoring.showing import sentence
from bot.message import Block, Button, Buttons, File, Message
from bot.visit import Visit

SHOWN = 4
"""Buttons to one credential alone."""


async def export(visit: Visit, words: str) -> Message:
    """`export`, `export cmm`, `export cmm 2026-03-01`: a day of an earlier period brings that one."""
    today, rules = local_day(visit.now, visit.zone), visit.pack.credentials
    name, _, said = words.strip().partition(" ")
    rule = named(rules, words) or named(rules, name)
    is_dated = rule is not None and named(rules, words) is None
    day = Reader(visit.say.locale, visit.zone, visit.now).day(said) if is_dated else None
    record = await load(visit.session, visit.member_id, visit.pack.credentials, day or today)
    if not record.kept:
        return nothing_held(visit)
    kept = record.find(rule.id) if rule else None
    return _one(visit, record, kept, day or today) if kept else _all(visit, record, today)


def _one(visit: Visit, record: Record, kept: Kept, day: date) -> Message:
    before = day_before(record, kept)
    name = names_of(kept.rule)[0]
    onward = [Button(visit.say("ce.button.calendar"), "ce calendar"), Button(visit.say("ce.button.all"), "ce")]
    if before:
        label = visit.say("ce.export.earlier", name=kept.rule.short, day=day_words(visit.say, before))
        onward.insert(0, Button(label, f"ce export {name} {before.isoformat()}"))
    blocks = (*card(visit.say, kept), *_files(visit, kept.rule.id, day), Buttons(tuple(onward)))
    return Message(visit.say("ce.export.title.one", name=kept.rule.short), blocks)


def _all(visit: Visit, record: Record, today: date) -> Message:
    singles = tuple(Button(kept.rule.short, f"ce export {names_of(kept.rule)[0]}") for kept in record.kept[:SHOWN])
    calendar = Button(visit.say("ce.button.calendar"), "ce calendar")
    blocks = (*_files(visit, "", today), Buttons((*(singles if len(record.kept) > 1 else ()), calendar)))
    return Message(visit.say("ce.export.title"), blocks)


def _files(visit: Visit, rule_id: str, day: date) -> tuple[Block, ...]:
    kinds = (("html", "ce.export.page"), ("csv", "ce.export.table"))
    files = (File(file_name(kind, rule_id, day), visit.say(key), recipe(kind, rule_id, day)) for kind, key in kinds)
    return (sentence(visit, "ce.export.what"), *files)
