"""The ways of `cohort` for those who run one: create, rename, archive, reopen, its managers, its digest. Each has been
asked by `bot.commands.cohort`, and asks itself who may.
"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from bot.clock import Week, first_slot, slot_instant
from bot.mentoring.cohort_codes import LASTS, make_code
from bot.mentoring.cohort_naming import LONGEST, meant, people_in, plainly
from bot.mentoring.cohorts import MOST, add_manager, create, hand_over, id_of, managed, manager, managers_of
from bot.mentoring.display_names import named
from bot.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    Code,
    Input,
    Message,
    Paragraph,
    Spans,
    Text,
    When,
    rich,
    text,
)
from bot.model.cohorts import Cohort
from bot.visit import Visit
from bot.visitors import find_member

DIGEST_DAY = 0
"""Monday, in the manager's own calendar,"""
DIGEST_TIME = time(9)
"""at this hour."""


async def create_one(visit: Visit, rest: str) -> Message:
    """`cohort create NAME`."""
    if not may_create(visit):
        return plainly(visit, "may-not-create")
    if not rest or len(rest) > LONGEST:
        return _ask_name(visit, "cohort create", "create")
    if len(await managed(visit.session, visit.member_id)) >= MOST:
        return plainly(visit, "many", most=MOST)
    cohort = await create(visit.session, visit.tenant, visit.member_id, rest, visit.now)
    code = await make_code(visit.session, id_of(cohort), visit.member_id, visit.now)
    number = f"#{cohort.id}"
    buttons = (
        Button(visit.say("cohorts.button.show"), f"cohort show {number}", style="primary"),
        Button(visit.say("cohorts.button.invite"), f"cohort invite {number}"),
        Button(visit.say("cohorts.button.digest-on"), f"cohort digest on {number}"),
    )
    said = (Paragraph(rich(visit.say("cohorts.created"))), *code_blocks(visit, code), Buttons(buttons))
    return Message(visit.say("cohorts.created.title", name=cohort.name), said)


def may_create(visit: Visit) -> bool:
    """Everybody, or those on the administrator's list; the people who run the mentor always."""
    makers = visit.tenant.cohort_makers
    return makers is None or visit.member.user_id in makers or visit.is_operator


def code_blocks(visit: Visit, code: str, *, spans: bool = False) -> tuple[Block, ...]:
    """How to come in, in a line that can be passed on, and until when."""
    until = (Text(f" {visit.say('cohorts.code.until')} "), When(visit.now + LASTS, visit.zone.key, "day"), Text("."))
    return (
        Paragraph((Code(f"cohort join {code}"),)),
        Paragraph((*rich(visit.say("cohorts.code.spans" if spans else "cohorts.code")), *until), quiet=True),
    )


async def rename(visit: Visit, rest: str) -> Message:
    """`cohort rename [#n] NAME`."""
    if isinstance(found := await meant(visit, "rename", rest, "manager"), Message):
        return found
    cohort, name = found
    if not name or len(name) > LONGEST:
        return _ask_name(visit, f"cohort rename #{cohort.id}", "rename")
    cohort.name = name
    visit.session.add(cohort)
    return Message(visit.say("cohorts.renamed.title", name=name), (Buttons((_show(visit, cohort),)),))


async def archive(visit: Visit, rest: str) -> Message:
    """`cohort archive [#n] [yes]`: nobody sees anything of it any more; it can be opened again."""
    if isinstance(found := await meant(visit, "archive", rest, "owner"), Message):
        return found
    cohort, word = found
    if word.lower() != "yes":
        sure = Button(visit.say("cohorts.button.archive"), f"cohort archive #{cohort.id} yes", style="danger")
        said = Paragraph(rich(visit.say("cohorts.archive.sure")))
        return Message(visit.say("cohorts.archive.sure.title", name=cohort.name), (said, Buttons((sure,))))
    cohort.archived_at = visit.now
    visit.session.add(cohort)
    again = Button(visit.say("cohorts.button.reopen"), f"cohort reopen #{cohort.id}")
    return plainly(visit, "archived", again)


async def reopen(visit: Visit, rest: str) -> Message:
    """`cohort reopen [#n]`."""
    if isinstance(found := await meant(visit, "reopen", rest, "owner"), Message):
        return found
    cohort, _ = found
    cohort.archived_at = None
    visit.session.add(cohort)
    return plainly(visit, "reopened", _show(visit, cohort))


async def managers(visit: Visit, rest: str) -> Message:
    """`cohort managers [#n] [add|remove|transfer @somebody]`."""
    if isinstance(found := await meant(visit, "managers", rest, "manager"), Message):
        return found
    cohort, words = found
    verb, _, who = words.partition(" ")
    if not verb:
        return await _team(visit, cohort)
    if verb.lower() not in ("add", "remove", "transfer") or len(people := people_in(who)) != 1:
        return plainly(visit, "managers.how")
    return await _change(visit, cohort, verb.lower(), people[0])


async def _change(visit: Visit, cohort: Cohort, verb: str, user: str) -> Message:
    is_own_leave = verb == "remove" and user == visit.member.user_id
    if not is_own_leave and isinstance(await meant(visit, "managers", f"#{cohort.id}", "owner"), Message):
        return plainly(visit, "owner-only")
    if verb == "remove":
        return await _remove(visit, cohort, user)
    person = await find_member(visit.session, visit.tenant, user, visit.now)
    assert person.id is not None
    change = hand_over if verb == "transfer" else add_manager
    await change(visit.session, id_of(cohort), person.id, visit.now)
    return await _team(visit, cohort)


async def _remove(visit: Visit, cohort: Cohort, user: str) -> Message:
    team = await managers_of(visit.session, id_of(cohort))
    row = next((row for row, member in team if member.user_id == user), None)
    if row is not None and row.is_owner:
        return plainly(visit, "owner-stays")
    if row is not None:
        await visit.session.delete(row)
        await visit.session.flush()
    return plainly(visit, "left-team") if user == visit.member.user_id else await _team(visit, cohort)


async def _team(visit: Visit, cohort: Cohort) -> Message:
    say, number = visit.say, f"#{cohort.id}"
    mine = await manager(visit.session, id_of(cohort), visit.member_id)
    word = "off" if mine and mine.digest_at else "on"
    buttons = (
        _show(visit, cohort),
        Button(say(f"cohorts.button.digest-{word}"), f"cohort digest {word} {number}"),
        Button(say("cohorts.button.archive"), f"cohort archive {number}"),
    )
    rename_field = Input(say("cohorts.rename.input"), f"cohort rename {number}", button=say("cohorts.rename.button"))
    how = Paragraph(rich(say("cohorts.managers.how")), quiet=True)
    said = (Bullets(await team_lines(visit, cohort)), how, rename_field, Buttons(buttons))
    return Message(say("cohorts.managers.title", name=cohort.name), said)


async def team_lines(visit: Visit, cohort: Cohort) -> tuple[Spans, ...]:
    """Who sees what is shared, one line each."""
    team = await managers_of(visit.session, id_of(cohort))
    return tuple(
        (
            named(member, visit.tenant.id, visit.say("cohorts.manager")),
            Text(visit.say("cohorts.owner") if row.is_owner else ""),
        )
        for row, member in team
    )


async def digest(visit: Visit, rest: str) -> Message:
    """`cohort digest on|off [#n]`: the week in counts, on Mondays."""
    word, _, which_one = rest.partition(" ")
    if word.lower() not in ("on", "off"):
        return plainly(visit, "digest.how")
    if isinstance(found := await meant(visit, f"digest {word.lower()}", which_one, "manager"), Message):
        return found
    cohort, _ = found
    row = await manager(visit.session, id_of(cohort), visit.member_id)
    assert row is not None
    row.digest_at = next_digest(visit.zone, visit.now) if word.lower() == "on" else None
    visit.session.add(row)
    return plainly(visit, f"digest.{word.lower()}", _show(visit, cohort))


def next_digest(zone: ZoneInfo, after: datetime) -> datetime:
    """The next Monday morning in a manager's own zone, as an instant."""
    return slot_instant(digest_week(zone, after), DIGEST_DAY, DIGEST_TIME, zone)


def digest_week(zone: ZoneInfo, after: datetime) -> Week:
    return first_slot(DIGEST_DAY, DIGEST_TIME, zone, after=after)


def _ask_name(visit: Visit, line: str, name: str) -> Message:
    say = visit.say
    field = Input(say("cohorts.name.input"), line, say("cohorts.name.hint"), say("cohorts.name.button"))
    return Message(say(f"cohorts.{name}.title"), (Paragraph(text(say("cohorts.name.how", most=LONGEST))), field))


def _show(visit: Visit, cohort: Cohort) -> Button:
    return Button(visit.say("cohorts.button.show"), f"cohort show #{cohort.id}")
