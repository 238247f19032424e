"""`plan <action> <when>`: when and where a member means to do an action; brings one reminder then."""

from datetime import datetime, timedelta

from sqlmodel import col, delete, select

from bot.clock import instant_of
from bot.mentoring.at_hand import is_done
from bot.mentoring.coaching_replies import sentence
from bot.mentoring.days import Reader
from bot.mentoring.forms import PLACE_LENGTH, plan_form
from bot.mentoring.naming import meant
from bot.mentoring.progress import Kind, load, record
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import next_button, undo_button
from bot.message import Buttons, Facts, Input, Message, Spans, When, text
from bot.model.progress import PlannedAction
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Action

FARTHEST = timedelta(days=366)
PLACE_WORDS = 8
"""What a reminder has room for."""

_ID = r"[a-z0-9]+(?:-[a-z0-9]+)+"
_EN = r"today|tomorrow|tonight|noon|(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_ES = r"hoy|ma[nñ]ana|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo"
_MONTHS = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre"
    r"|diciembre"
)
_DAY = rf"(?:on |at |by |this |next |the |on the |el )?(?:{_EN}|{_ES}|(?:(?:{_MONTHS})\.? )?\d\S*)"
_AHEAD = r"in (?:\d+|an?|one|two|three) (?:minute|hour|day|week)s?"
_WHEN = rf"(?:{_DAY}|{_AHEAD})"
"""How a day or an hour begins; what begins otherwise and is no action's id is a question."""


async def handle(visit: Visit, arguments: str) -> Message:
    name, _, words = arguments.partition(" ")
    if "-" not in name or name[0].isdigit():
        name, words = "", arguments
    progress = await load(visit.session, visit.member_id, visit.pack)
    action = await meant(visit, progress, "plan", name)
    if isinstance(action, Message):
        return action
    if is_done(visit, action, progress):
        said = (sentence(visit, "coaching.plan.was-done"), Buttons((next_button(visit.say),)))
        return Message(visit.say("coaching.plan.was-done.title"), said)
    if not words:
        return _ask(visit, action, "how")
    return await _plan(visit, action, words)


async def _plan(visit: Visit, action: Action, words: str) -> Message:
    read = Reader(visit.say.locale, visit.zone, visit.now).moment_and_rest(words)
    if read is None:
        return _ask(visit, action, "unread")
    local, rest = read
    due = instant_of(local.date(), local.time(), visit.zone)
    if due <= visit.now:
        return _ask(visit, action, "past")
    if due - visit.now > FARTHEST:
        return _ask(visit, action, "far")
    place = " ".join(rest.split()[:PLACE_WORDS])[:PLACE_LENGTH]
    row = PlannedAction(member_id=visit.member_id, action_id=action.id, due_at=due, local=_minutes(local), place=place)
    if not await _is_stored(visit, row):
        await _store(visit, action, row)
    return _planned(visit, action, due, place)


def _minutes(local: datetime) -> str:
    return local.isoformat(timespec="minutes")


async def _is_stored(visit: Visit, row: PlannedAction) -> bool:
    """Whether this very plan waits already: a button pressed twice."""
    wanted = select(PlannedAction).where(
        PlannedAction.member_id == row.member_id,
        PlannedAction.action_id == row.action_id,
        PlannedAction.due_at == row.due_at,
        PlannedAction.place == row.place,
    )
    return (await visit.session.exec(wanted)).first() is not None


async def _store(visit: Visit, action: Action, row: PlannedAction) -> None:
    """Planning again replaces what was planned for the same action."""
    mine = (col(PlannedAction.member_id) == visit.member_id, col(PlannedAction.action_id) == action.id)
    await visit.session.exec(delete(PlannedAction).where(*mine))
    visit.session.add(row)
    await record(visit.session, visit.member, visit.pack, kind=Kind.PLANNED, subject=action.id, now=visit.now)


def _planned(visit: Visit, action: Action, due: datetime, place: str) -> Message:
    pairs: list[tuple[str, Spans]] = [(visit.say("coaching.plan.when"), (When(due, visit.zone.key),))]
    if place:
        pairs.append((visit.say("coaching.plan.where"), text(place)))
    return Message(
        visit.say("coaching.plan.title", title=action.title),
        (
            Facts(tuple(pairs)),
            sentence(visit, "coaching.plan.done"),
            Buttons((undo_button(visit.say, f"{Kind.PLANNED} {action.id}"),)),
        ),
    )


def _ask(visit: Visit, action: Action, name: str) -> Message:
    """What a plan needs, with an example, and a line to type it in."""
    say = visit.say
    key = f"coaching.plan.{name}"
    told = key if key in say.keys else "coaching.plan.unread"
    typed = Input(say("coaching.plan.input"), f"plan {action.id}", say("coaching.plan.hint"), say("coaching.plan.save"))
    form = plan_form(visit, action)
    if name != "how":
        form = form.with_misfit("day", say(f"{key}.title"))
    return Message(say(f"{key}.title"), (sentence(visit, told, action=action.id), typed), form=form)


COMMAND = Command(
    name="plan",
    summary="coaching.summary.plan",
    arguments=rf"(?:{_ID}(?: .*)?|{_WHEN}(?:[ ,].*)?)?",
    examples=(
        Example("plan get-an-outside-view Thursday 12:30, break room", after=(PLACED,)),
        Example("plan tomorrow 9am", after=(PLACED,)),
        Example("plan get-an-outside-view yesterday 9:00", after=(PLACED,)),
        Example("plan get-an-outside-view whenever", after=(PLACED,)),
        Example("plan", after=(PLACED,)),
    ),
    handle=handle,
)
