"""`coach …`: weekly coaching in the member's own hands: on, off, settings, less often, a pause, what comes and why."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.mentoring import coaching, pausing
from bot.mentoring.coaching_replies import (
    after_facts,
    button,
    changed,
    choices,
    city,
    leave_fact,
    rhythm,
    running_buttons,
    sentence,
    state,
    title,
    when_next,
)
from bot.mentoring.coming import Coming, coming_note
from bot.mentoring.coming_words import calendar_lines
from bot.mentoring.forms import settings_form
from bot.mentoring.history import offers
from bot.mentoring.ledger_words import ledger_lines
from bot.mentoring.progress import find_thing, load
from bot.mentoring.samples import PLACED
from bot.mentoring.selection import choose_action
from bot.mentoring.settings_words import AUTO, Misread, Wishes, read_wishes
from bot.mentoring.zones import zones_like
from bot.message import Block, Bold, Button, Buttons, Facts, Message, Paragraph, Text, rich
from bot.model.coaching import CoachingPlan
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Action, Suggestion

Way = Callable[[Visit, str], Awaitable[Message]]


async def handle(visit: Visit, arguments: str) -> Message:
    verb, _, rest = arguments.partition(" ")
    return await _WAYS[verb.lower()](visit, rest)


async def _state(visit: Visit, _rest: str) -> Message:
    plan = await coaching.plan_of(visit.session, visit.member_id)
    return Message(title(visit, plan), state(visit, plan, await _coming(visit, plan)))


async def _coming(visit: Visit, plan: CoachingPlan | None) -> Coming | None:
    return await coming_note(visit, plan) if plan else None


async def _on(visit: Visit, _rest: str) -> Message:
    plan, is_new = await coaching.opt_in(visit.session, visit.member, visit.now)
    if coaching.is_paused(plan, visit.zone, visit.now) or coaching.is_leaving(plan, visit.zone, visit.now):
        return await pausing.resume(visit, plan)
    said = state(visit, plan, await _coming(visit, plan))
    if is_new:
        return Message(title(visit, plan), (sentence(visit, "coaching.on.suggested"), *said))
    return Message(visit.say("coaching.already-on.title"), (sentence(visit, "coaching.already-on"), *said))


async def _off(visit: Visit, _rest: str) -> Message:
    was_on = await coaching.opt_out(visit.session, visit.member)
    back = Buttons((button(visit.say, "on", "coach on"),))
    key = "coaching.turned-off.title" if was_on else "coaching.was-off.title"
    return Message(visit.say(key), (sentence(visit, "coaching.turned-off"), back))


async def _settings(visit: Visit, words: str) -> Message:
    if not words:
        plan = await coaching.plan_of(visit.session, visit.member_id) or CoachingPlan(member_id=visit.member_id)
        buttons = Buttons(running_buttons(visit, plan)[1:]) if plan.is_on else _turn_on(visit)
        said = (sentence(visit, "coaching.settings"), *await _moved(visit, plan))
        listed = (*said, *choices(visit, plan), buttons)
        return Message(visit.say("coaching.settings.title"), listed, form=settings_form(visit, plan))
    wishes = read_wishes(words, visit.say.locale)
    if isinstance(wishes, Misread):
        return await _misread(visit, wishes)
    if wishes == Wishes():
        return await _settings(visit, "")
    plan = await _grant(visit, wishes)
    saved = changed(visit, plan, await _coming(visit, plan), "coaching.settings.saved.title")
    if wishes.zone != AUTO:
        return saved
    return replace(saved, blocks=(sentence(visit, "coaching.zone.auto"), *saved.blocks), asks_zone=True)


async def _moved(visit: Visit, plan: CoachingPlan) -> tuple[Block, ...]:
    """What the settings alone do not tell: a pause ahead, and what the workspace's calendar does to the next note."""
    if not plan.is_on:
        return ()
    ahead = leave_fact(visit, plan)
    lines = calendar_lines(visit, plan, await _coming(visit, plan))
    return (Facts(tuple(ahead)), *lines) if ahead else lines


async def _grant(visit: Visit, wishes: Wishes) -> CoachingPlan:
    if wishes.zone == AUTO:
        visit.member.zone_is_own = False
        visit.session.add(visit.member)
    elif wishes.zone:
        await coaching.set_zone(visit.session, visit.member, wishes.zone, own=True)
    chosen = coaching.Rhythm()
    if wishes.weekday is not None:
        chosen["weekday"] = wishes.weekday
    if wishes.at is not None:
        chosen["minute"] = wishes.at.hour * 60 + wishes.at.minute
    if wishes.topics:
        chosen["topics"] = list(wishes.topics)
    return await coaching.set_rhythm(visit.session, visit.member, visit.now, **chosen)


async def _misread(visit: Visit, misread: Misread) -> Message:
    key = f"coaching.settings.bad-{misread.what}"
    said: list[Block] = [sentence(visit, key)]
    near = zones_like(misread.words) if misread.what == "zone" else ()
    if near:
        said.append(sentence(visit, "coaching.settings.near"))
    options = tuple(Button(city(zone)[:30], f"coach settings {zone}") for zone in near)
    heading = visit.say(f"{key}.title")
    plan = await coaching.plan_of(visit.session, visit.member_id) or CoachingPlan(member_id=visit.member_id)
    buttons = Buttons((*options, button(visit.say, "settings", "coach settings")))
    form = settings_form(visit, plan).with_misfit(misread.what, heading)
    return Message(heading, (*said, buttons), form=form)


async def _less(visit: Visit, _rest: str) -> Message:
    return await _set_pace(visit, 2, "less")


async def _weekly(visit: Visit, _rest: str) -> Message:
    return await _set_pace(visit, 1, "weekly")


async def _set_pace(visit: Visit, weeks: int, name: str) -> Message:
    plan = await coaching.plan_of(visit.session, visit.member_id)
    already = plan is not None and plan.every_weeks == weeks
    plan = await coaching.set_rhythm(visit.session, visit.member, visit.now, every_weeks=weeks)
    key = f"coaching.{name}.already.title" if already else f"coaching.{name}.title"
    return changed(visit, plan, await _coming(visit, plan), key)


async def _resume(visit: Visit, _rest: str) -> Message:
    return await pausing.resume(visit, await coaching.plan_of(visit.session, visit.member_id))


async def _why(visit: Visit, _rest: str) -> Message:
    plan = await coaching.plan_of(visit.session, visit.member_id)
    lines = await ledger_lines(visit, plan)
    if plan is None or not plan.is_on:
        return Message(visit.say("coaching.why.title"), (*lines, *state(visit, plan)))
    upcoming = when_next(visit, plan, await _coming(visit, plan))
    buttons = Buttons(running_buttons(visit, plan))
    return Message(visit.say("coaching.why.title"), (*lines, *upcoming, buttons))


async def _next(visit: Visit, _rest: str) -> Message:
    plan = await coaching.plan_of(visit.session, visit.member_id)
    coming = await _coming(visit, plan)
    if plan is None or coming is None:
        return Message(title(visit, plan), state(visit, plan))
    blocks: list[Block] = [*when_next(visit, plan, coming)]
    if "step" in plan.topics:
        progress = await load(visit.session, visit.member_id, visit.pack)
        history = await offers(visit.session, visit.member_id)
        action = choose_action(visit.pack, progress, history, coming.week)
        blocks.append(Facts(((visit.say("coaching.next.about"), (Bold(action.title),)),)))
    key = "calendar.next.rhythm" if coming.cause or coming.left_out else "coaching.next.why"
    blocks.append(sentence(visit, key, rhythm=rhythm(visit.say, plan)))
    blocks += after_facts(visit)
    return Message(visit.say("coaching.next.title"), (*blocks, Buttons(running_buttons(visit, plan))))


async def _more(visit: Visit, words: str) -> Message:
    """What stands behind the weekly note's fourth button: how to go about it, and every way to be left in peace."""
    named = words.split()
    thing = next((found for name in named if isinstance(found := find_thing(visit.pack, name), Action)), None)
    idea = next((idea for idea in visit.pack.suggestions if idea.id in named), None)
    blocks: list[Block] = []
    if thing:
        blocks += [Paragraph(rich(thing.how)), Buttons(action_buttons(visit, thing))]
    if idea:
        blocks.append(_idea(visit, idea))
    heading = thing.title if thing else visit.say("coaching.more.title")
    return Message(heading, (*blocks, Buttons(_ways_out(visit))))


def action_buttons(visit: Visit, thing: Action) -> tuple[Button, ...]:
    return (
        button(visit.say, "done", f"done {thing.id}", primary=True),
        button(visit.say, "smaller", f"smaller {thing.id}"),
        button(visit.say, "later", f"later {thing.id}"),
    )


def _idea(visit: Visit, idea: Suggestion) -> Paragraph:
    return Paragraph((Bold(visit.say("coaching.more.networking")), Text(f" {idea.line} "), *rich(idea.how)))


def _ways_out(visit: Visit) -> tuple[Button, ...]:
    return (
        button(visit.say, "pause", "coach pause"),
        button(visit.say, "less", "coach less"),
        button(visit.say, "why", "coach why"),
        button(visit.say, "stop", "stop"),
    )


def _turn_on(visit: Visit) -> Buttons:
    return Buttons((button(visit.say, "on", "coach on", primary=True),))


_WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "": _state,
        "on": _on,
        "off": _off,
        "settings": _settings,
        "zone": _settings,
        "less": _less,
        "weekly": _weekly,
        "pause": pausing.pause,
        "resume": _resume,
        "why": _why,
        "next": _next,
        "more": _more,
    }
)

_THURSDAYS = (PLACED, "coach on", "coach settings thursday")

COMMAND = Command(
    name="coach",
    summary="coaching.summary.coach",
    arguments=r"(?:on|off|less|weekly|resume|why|next|(?:settings|zone|pause)(?: .*)?|more(?: [a-z0-9-]+){0,2})?",
    examples=(
        Example("coach on", after=(PLACED,)),
        Example("coach settings Friday 9:30 Chicago topics step", after=("coach on",)),
        Example("coach pause yesterday", after=("coach on",)),
        Example("coach settings", after=(PLACED, "coach on")),
        Example("coach next", after=(PLACED, "coach on")),
        Example("coach why"),
        Example("coach pause 20 Dec to 4 Jan", after=("coach on",)),
        Example("coach pause 4 Jan to 20 Dec", after=("coach on",)),
        Example("coach next", after=(*_THURSDAYS, "admin holidays add 2026-11-26 Thanksgiving"), by_operator=True),
        Example("coach", after=(*_THURSDAYS, "admin quiet 11:30 to 13:30"), by_operator=True),
        Example("coach zone auto", after=("coach on", "coach settings Denver")),
    ),
    handle=handle,
)
