"""`coach pause` and `coach resume`: a pause from now on, a leave that is still to come, and the end of either."""

from datetime import date, timedelta

from bot.clock import local_day
from bot.form import Form
from bot.mentoring import coaching
from bot.mentoring.coaching_replies import button, day_span, sentence, state
from bot.mentoring.coming import coming_note
from bot.mentoring.coming_words import day_words, leave_words
from bot.mentoring.days import Reader
from bot.mentoring.forms import pause_form
from bot.mentoring.stretches import Stretch, opens_only, read_stretch
from bot.message import Block, Button, Buttons, Input, Message, Paragraph, Text, text
from bot.model.coaching import CoachingPlan
from bot.visit import Visit

LONGEST = timedelta(days=366)
"""A pause, and how far ahead one may begin."""


async def pause(visit: Visit, words: str) -> Message:
    """`coach pause <until>`, `coach pause <from> to <until>`."""
    plan = await coaching.plan_of(visit.session, visit.member_id)
    if plan is None or not plan.is_on:
        on = Buttons((button(visit.say, "on", "coach on", primary=True),))
        return Message(visit.say("coaching.off.title"), (sentence(visit, "coaching.pause.off"), on))
    if not words:
        return _ask_until(visit, visit.say("coaching.pause.ask.title"), *_ahead(visit, plan), form=pause_form(visit))
    reader = Reader(visit.say.locale, visit.zone, visit.now)
    if stretch := read_stretch(words, reader):
        return await _leave(visit, plan, stretch)
    day = reader.day(words)
    if day and opens_only(words):
        return _ask_last(visit, day)
    return await _until(visit, plan, day)


async def resume(visit: Visit, plan: CoachingPlan | None) -> Message:
    """`coach resume`, and `coach on` while paused: notes come again, at once or as if no leave were ahead."""
    if plan is None or not plan.is_on:
        return Message(visit.say("coaching.off.title"), state(visit, plan))
    key = "coaching.resume.running.title"
    is_ahead = coaching.is_leaving(plan, visit.zone, visit.now)
    if is_ahead or coaching.is_paused(plan, visit.zone, visit.now):
        key = "calendar.leave.cancelled" if is_ahead else "coaching.resume.title"
        plan = await coaching.resume(visit.session, visit.member, visit.now)
    return Message(visit.say(key), await _state(visit, plan))


async def _until(visit: Visit, plan: CoachingPlan, day: date | None) -> Message:
    if day is None:
        return _misread(visit, "unread")
    today = local_day(visit.now, visit.zone)
    if day <= today or day - today > LONGEST:
        name = "past" if day <= today else "far"
        read = Paragraph((*text(visit.say(f"coaching.pause.{name}.read") + " "), day_span(visit, day), Text(".")))
        return _misread(visit, name, read, sentence(visit, f"coaching.pause.{name}"))
    return await _pause(visit, plan, day)


async def _leave(visit: Visit, plan: CoachingPlan, stretch: Stretch) -> Message:
    first, back = stretch.first, stretch.back
    today = local_day(visit.now, visit.zone)
    if first > back or (first == back and first > today):
        return _refused(visit, stretch, "backwards")
    if back <= today:
        return _refused(visit, stretch, "over")
    if first - today > LONGEST or back - max(first, today) > LONGEST:
        return _refused(visit, stretch, "far")
    return await _pause(visit, plan, back, begins=first if first > today else None)


async def _pause(visit: Visit, plan: CoachingPlan, until: date, *, begins: date | None = None) -> Message:
    replaced = _replaced(visit, plan, begins, until)
    plan = await coaching.pause(visit.session, visit.member, until, visit.now, begins=begins)
    said = await _state(visit, plan)
    if begins is None:
        return Message(visit.say("coaching.paused.title"), (sentence(visit, "coaching.pause.done"), *replaced, *said))
    done = sentence(visit, "calendar.leave.done", back=day_words(visit, until))
    return Message(visit.say("calendar.leave.title"), (done, *replaced, *said))


def _replaced(visit: Visit, plan: CoachingPlan, begins: date | None, until: date) -> tuple[Paragraph, ...]:
    """The pause that the new one takes the place of."""
    is_ahead = coaching.is_leaving(plan, visit.zone, visit.now)
    if plan.paused_until is None or not (is_ahead or coaching.is_paused(plan, visit.zone, visit.now)):
        return ()
    before = (plan.paused_from if is_ahead else None, plan.paused_until)
    if before == (begins, until):
        return ()
    return (Paragraph(text(visit.say("calendar.leave.replaced", stretch=leave_words(visit, *before)))),)


def _ahead(visit: Visit, plan: CoachingPlan) -> tuple[Paragraph, ...]:
    if not coaching.is_leaving(plan, visit.zone, visit.now) or plan.paused_until is None:
        return ()
    stretch = leave_words(visit, plan.paused_from, plan.paused_until)
    return (sentence(visit, "calendar.leave.ahead", stretch=stretch),)


def _refused(visit: Visit, stretch: Stretch, name: str) -> Message:
    read = visit.say("calendar.leave.read", stretch=leave_words(visit, stretch.first, stretch.back))
    said = (Paragraph(text(read)), sentence(visit, f"calendar.leave.{name}"))
    heading = visit.say(f"calendar.leave.{name}.title")
    form = pause_form(visit).with_misfit("until", heading)
    return Message(heading, (*said, _typed(visit, "coach pause")), form=form)


def _ask_last(visit: Visit, first: date) -> Message:
    said = (sentence(visit, "calendar.leave.open"), _typed(visit, f"coach pause {first} to"))
    return Message(visit.say("calendar.leave.open.title"), said)


def _misread(visit: Visit, name: str, *said: Paragraph) -> Message:
    heading = visit.say(f"coaching.pause.{name}.title")
    return _ask_until(visit, heading, *said, form=pause_form(visit).with_misfit("until", heading))


def _ask_until(visit: Visit, heading: str, *said: Paragraph, form: Form) -> Message:
    say = visit.say
    weeks = tuple(Button(say.count("coaching.button.weeks", n), f"coach pause {7 * n} days") for n in (1, 2, 4))
    asked = sentence(visit, "coaching.pause.ask")
    return Message(heading, (*said, asked, Buttons(weeks), _typed(visit, "coach pause")), form=form)


def _typed(visit: Visit, command: str) -> Input:
    say = visit.say
    return Input(say("coaching.pause.input"), command, say("coaching.pause.hint"), say("coaching.pause.save"))


async def _state(visit: Visit, plan: CoachingPlan) -> tuple[Block, ...]:
    return state(visit, plan, await coming_note(visit, plan))
