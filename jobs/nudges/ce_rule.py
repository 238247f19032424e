"""A rule has changed in a way that changes somebody's numbers or date: told once, to those who want CE alerts. Found by
the planner and the courier through `NUDGE`. To everybody else it stands in `ce`.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy import select as columns
from sqlmodel import SQLModel, col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.clock import local_day
from bot.mentoring.ce_alerts import hour_of, locked, schedule
from bot.mentoring.ce_changes import Change, change_since
from bot.mentoring.ce_records import load, names_of
from bot.mentoring.ce_words import amount, day_words
from bot.mentoring.coaching import plan_of
from bot.mentoring.sourcing import sources_line
from bot.message import Block, Bold, Button, Buttons, Message, Paragraph, Text, text
from bot.model.credentials import AlertPlan, HeldCredential, RuleVersion
from bot.model.people import Tenant
from bot.visit import zone_or_guess
from bot.visitors import find_member
from bot.words import Example
from content.wording import Wording
from jobs.ledger import NewDelivery, insert
from jobs.nudges import Composed, Hold, Letter, Nudge, Skip
from jobs.opening import opening

KIND = "ce-rule"
GRACE = timedelta(days=14)
_TABLES = SQLModel.metadata.tables
_HELD, _RULE, _ALERTS, _MEMBER = (_TABLES[name].c for name in ("heldcredential", "ruleversion", "alertplan", "member"))
_SEEN = (_HELD.id, _HELD.member_id, _HELD.rule_id, _HELD.rule_version, _MEMBER.tenant_id)


async def plan(session: AsyncSession, now: datetime, limit: int) -> int:
    """Those who hold something of which a newer version is known, and what the older one said; at most `limit`."""
    wanted = _outdated(*_SEEN, func.max(_RULE.version).label("newest")).group_by(*_SEEN).limit(limit)
    due = list(await (await session.connection()).execute(wanted))
    rows = [
        NewDelivery(
            tenant_id=row.tenant_id,
            member_id=row.member_id,
            kind=KIND,
            slot=f"{row.rule_id}-{row.newest}",
            due_at=now,
            expires_at=now + GRACE,
            content={"rule": row.rule_id, "from": row.rule_version},
        )
        for row in due
    ]
    await insert(session, rows)
    for row in due:
        told = update(HeldCredential).where(col(HeldCredential.id) == row.id)
        await session.exec(told.values(rule_version=row.newest))
    return len(due)


def _outdated(*wanted: ColumnElement[Any]) -> Select[Any]:
    """What somebody holds, wants alerts for, and has seen in an older version, of which is kept what it said."""
    rules = _TABLES["ruleversion"]
    old = rules.alias()
    is_known = columns(old.c.version).where(old.c.rule_id == _HELD.rule_id, old.c.version == _HELD.rule_version)
    return (
        columns(*wanted)
        .select_from(_TABLES["heldcredential"])
        .join(rules, (_RULE.rule_id == _HELD.rule_id) & (_RULE.version > _HELD.rule_version))
        .join(_TABLES["alertplan"], (_ALERTS.member_id == _HELD.member_id) & _ALERTS.is_on)
        .join(_TABLES["member"], (_MEMBER.id == _HELD.member_id) & _MEMBER.deactivated_at.is_(None))
        .where(_HELD.removed_at.is_(None), is_known.exists())
    )


async def compose(letter: Letter) -> Composed | Skip | Hold:
    """What is different for this person, if anything is; their coming alerts follow the new rule either way."""
    plan = await letter.session.get(AlertPlan, letter.delivery.member_id)
    if plan is None or not plan.is_on:
        return Skip("opted out")
    change = await _change(letter)
    if change is None or not change.is_felt:
        return Skip("nothing to say")
    if held := await opening(letter):
        return held
    return Composed(told(letter.say, change), letter.delivery.content)


async def _change(letter: Letter) -> Change | None:
    session, member, said = letter.session, letter.delivery.member_id, letter.delivery.content
    zone = zone_or_guess(letter.member.zone)
    record = await load(session, member, letter.pack.credentials, local_day(letter.now, zone))
    alerts, weekly = await locked(session, member), await plan_of(session, member)
    schedule(alerts, record.kept, hour_of(alerts.minute, weekly.minute if weekly else None), zone, letter.now)
    kept = record.find(said["rule"])
    return await change_since(session, record, kept, said["from"]) if kept else None


def told(say: Wording, change: Change) -> Message:
    """What is asked, until when and what is left, as it is and as it was. At most 60 words."""
    rule = change.kept.rule
    blocks: list[Block] = [Paragraph((Bold(rule.short), Text(f": {' '.join(_lines(say, change))}")))]
    age = text(" " + say("ce.change.check", day=day_words(say, rule.read_on)))
    first = list(rule.sources.values())[:1]  # the others stand in `ce`, for which there is a button
    blocks.append(Paragraph((*sources_line(say, first), *age), quiet=True))
    buttons = (
        Button(say("ce.button.details"), f"ce {names_of(rule)[0]}", style="primary"),
        Button(say("ce.button.all"), "ce"),
        Button(say("ce.button.alerts-off"), "ce alerts off"),
    )
    return Message(say("ce.change.title"), (*blocks, Buttons(buttons)), discreet=say("ce.alert.discreet"))


def _lines(say: Wording, change: Change) -> Iterator[str]:
    rule, before, after = change.kept.rule, change.before, change.kept.standing
    found = False
    for key, was, now in (("asked", before.required, after.required), ("left", before.left, after.left)):
        if was != now:
            found = True
            words = [say("ce.audit.unknown") if each is None else amount(say, rule, each) for each in (was, now)]
            yield say(f"ce.change.{key}", before=words[0], after=words[1])
    ends = [each.cycle.last if each.cycle else None for each in (before, after)]
    if ends[0] != ends[1]:
        found = True
        days = [say("ce.change.no-day") if each is None else day_words(say, each) for each in ends]
        yield say("ce.change.date", before=days[0], after=days[1])
    if not found:
        yield say("ce.change.parts")


async def begin(session: AsyncSession, tenant: Tenant, user_id: str, now: datetime) -> None:
    """A sample CMM of which less was asked before, for rehearsals."""
    person = await find_member(session, tenant, user_id, now)
    assert tenant.id is not None
    assert person.id is not None
    (await locked(session, person.id)).is_on = True
    rule, earned = "pahcom-cmm", now.date() - timedelta(days=100)
    session.add(HeldCredential(member_id=person.id, rule_id=rule, rule_version=1, earned=earned, added_at=now))
    known = select(RuleVersion).where(RuleVersion.rule_id == rule, RuleVersion.version == 0)
    if (await session.exec(known)).first() is None:
        asked = {"required": {"amount": "10", "said_by": ["own"]}}
        session.add(RuleVersion(rule_id=rule, version=0, rule=asked))
    content = {"rule": rule, "from": 0}
    await insert(session, [NewDelivery(tenant.id, person.id, KIND, f"{rule}-1", now, now + GRACE, content=content)])


NUDGE = Nudge(kind=KIND, plan=plan, due=_outdated(_HELD.id), compose=compose, examples=(Example("help"),), begin=begin)
