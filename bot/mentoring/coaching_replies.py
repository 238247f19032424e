"""How weekly coaching is told: its state, its rhythm, and the buttons that change it. Wording only: `coach` and `stop`
decide, the weekly nudge borrows the words.
"""

from collections.abc import Iterator
from datetime import date, time
from typing import Literal

from bot.clock import instant_of
from bot.mentoring.coaching import TOPICS, is_leaving, is_paused, time_of
from bot.mentoring.coming import Coming
from bot.mentoring.coming_words import calendar_lines, leave_words
from bot.mentoring.settings_words import AUTO
from bot.mentoring.zones import COMMON
from bot.message import Block, Button, Buttons, Choice, Facts, Message, Paragraph, Spans, When, rich, text
from bot.model.coaching import CoachingPlan
from bot.visit import DEFAULT_ZONE, Visit
from content.wording import Wording

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""As `coach settings` understands them in every language."""
HOURS = range(6, 20)
WITH_FORM = ("coach settings", "coach pause")
"""Command lines whose reply offers a form."""


def sentence(visit: Visit, key: str, **values: object) -> Paragraph:
    """One of the bot's own sentences; its values never come from a member."""
    return Paragraph(rich(visit.say(key, **values)))


def rhythm(say: Wording, plan: CoachingPlan) -> str:
    """ "Wednesdays at 12:00, every week"."""
    return say(f"coaching.rhythm.{plan.every_weeks}", days=days(say, plan), at=clock(plan))


def days(say: Wording, plan: CoachingPlan) -> str:
    """ "Wednesdays"."""
    return say(f"coaching.days.{plan.weekday}")


def clock(plan: CoachingPlan) -> str:
    """ "12:00"."""
    return f"{time_of(plan):%H:%M}"


def day_span(visit: Visit, day: date) -> When:
    """A local day, shown as one."""
    return When(instant_of(day, time(12), visit.zone), visit.zone.key, "day")


def state(visit: Visit, plan: CoachingPlan | None, coming: Coming | None = None) -> tuple[Block, ...]:
    """Where weekly coaching stands, with the buttons that fit. `coming` is the next note."""
    if plan is None or not plan.is_on:
        buttons = (button(visit.say, "on", "coach on", primary=True), button(visit.say, "settings", "coach settings"))
        return (sentence(visit, "coaching.off"), Buttons(buttons))
    return running(visit, plan, coming)


def running(visit: Visit, plan: CoachingPlan, coming: Coming | None) -> tuple[Block, ...]:
    """The same for weekly coaching that is on."""
    said = (facts(visit, plan, coming), *calendar_lines(visit, plan, coming), *after_facts(visit))
    return (*said, Buttons(running_buttons(visit, plan)))


def title(visit: Visit, plan: CoachingPlan | None) -> str:
    if plan is None or not plan.is_on:
        return visit.say("coaching.off.title")
    paused = is_paused(plan, visit.zone, visit.now)
    return visit.say("coaching.paused.title" if paused else "coaching.on.title")


def facts(visit: Visit, plan: CoachingPlan, coming: Coming | None) -> Facts:
    """The choices made, and when the next note comes."""
    say = visit.say
    pairs: list[tuple[str, Spans]] = [
        (say("coaching.fact.comes"), text(rhythm(say, plan))),
        (say("coaching.fact.zone"), text(_zone(visit))),
        (say("coaching.fact.about"), text(topics(say, plan.topics))),
    ]
    if plan.paused_until and is_paused(plan, visit.zone, visit.now):
        pairs.append((say("coaching.fact.paused"), (day_span(visit, plan.paused_until),)))
    pairs += leave_fact(visit, plan)
    if coming:
        key = "coaching.fact.next" if plan.last_slot else "coaching.fact.first"
        pairs.append((say(key), (When(coming.at, visit.zone.key),)))
    return Facts(tuple(pairs))


def leave_fact(visit: Visit, plan: CoachingPlan) -> list[tuple[str, Spans]]:
    """A pause that is still to come."""
    if not is_leaving(plan, visit.zone, visit.now) or plan.paused_until is None:
        return []
    return [(visit.say("calendar.leave"), text(leave_words(visit, plan.paused_from, plan.paused_until)))]


def after_facts(visit: Visit) -> tuple[Block, ...]:
    """What the mentor does not know yet: the zone, the step."""
    said: list[Block] = []
    if visit.member.zone is None:
        said += [sentence(visit, "coaching.guess", zone=DEFAULT_ZONE), zone_choice(visit)]
    if visit.member.step is None:
        said += [sentence(visit, "coaching.unplaced"), Buttons((button(visit.say, "start", "start"),))]
    return tuple(said)


def running_buttons(visit: Visit, plan: CoachingPlan) -> tuple[Button, ...]:
    return (
        button(visit.say, "settings", "coach settings"),
        button(visit.say, "weekly", "coach weekly")
        if plan.every_weeks == 2
        else button(visit.say, "less", "coach less"),
        _pause_button(visit, plan),
        button(visit.say, "off", "coach off"),
    )


def _pause_button(visit: Visit, plan: CoachingPlan) -> Button:
    if is_leaving(plan, visit.zone, visit.now):
        return Button(visit.say("calendar.leave.cancel"), "coach resume")
    paused = is_paused(plan, visit.zone, visit.now)
    return button(visit.say, "resume", "coach resume") if paused else button(visit.say, "pause", "coach pause")


def button(say: Wording, name: str, command: str, *, primary: bool = False) -> Button:
    style: Literal["plain", "primary"] = "primary" if primary else "plain"
    return Button(say(f"coaching.button.{name}"), command, style, opens=command in WITH_FORM)


def topics(say: Wording, chosen: list[str]) -> str:
    return say(f"coaching.topics.{'both' if len(chosen) > 1 else chosen[0]}")


def choices(visit: Visit, plan: CoachingPlan) -> tuple[Choice, ...]:
    """Day, hour, zone and topics as lists to pick from."""
    return (_day_choice(visit, plan), _hour_choice(visit, plan), zone_choice(visit), _topic_choice(visit, plan))


def _day_choice(visit: Visit, plan: CoachingPlan) -> Choice:
    options = tuple(Button(visit.say(f"coaching.days.{n}"), f"coach settings {day}") for n, day in enumerate(DAYS))
    return Choice(visit.say("coaching.settings.day"), options, options[plan.weekday].command)


def _hour_choice(visit: Visit, plan: CoachingPlan) -> Choice:
    minutes = sorted({*(hour * 60 for hour in HOURS), 12 * 60 + 15, plan.minute})
    words = {minute: f"{minute // 60:02d}:{minute % 60:02d}" for minute in minutes}
    options = tuple(Button(word, f"coach settings {word}") for word in words.values())
    return Choice(visit.say("coaching.settings.hour"), options, f"coach settings {words[plan.minute]}")


def zone_choice(visit: Visit) -> Choice:
    """The zones of the United States, and the member's own where it is another."""
    own = visit.member.zone
    names = {zone: f"{name} ({city(zone)})" for name, zone in COMMON.items()}
    if own and own not in names:
        names = {own: own[-30:], **names}
    options = tuple(Button(label, f"coach settings {zone}") for zone, label in names.items())
    if visit.member.zone_is_own:
        options += (Button(visit.say("coaching.settings.zone.auto"), f"coach settings {AUTO}"),)
    return Choice(visit.say("coaching.settings.zone"), options, f"coach settings {own}" if own else None)


def city(zone: str) -> str:
    """ "New York"."""
    return zone.rpartition("/")[2].replace("_", " ")


def topic_sets() -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a note may be about: a name, and its topics."""
    yield "both", TOPICS
    yield from ((topic, (topic,)) for topic in TOPICS)


def _topic_choice(visit: Visit, plan: CoachingPlan) -> Choice:
    options = tuple(
        Button(visit.say(f"coaching.settings.topics.{name}"), f"coach settings topics {' '.join(some)}")
        for name, some in topic_sets()
    )
    return Choice(visit.say("coaching.settings.topics"), options, f"coach settings topics {' '.join(plan.topics)}")


def _zone(visit: Visit) -> str:
    return visit.member.zone or visit.say("coaching.fact.zone.guess", zone=DEFAULT_ZONE)


def when_next(visit: Visit, plan: CoachingPlan, coming: Coming | None) -> tuple[Block, ...]:
    """When the next note comes, and what moves it; nothing where none is to come."""
    if coming is None:
        return ()
    if coming.at <= visit.now:
        return (sentence(visit, "coaching.next.soon"),)
    next_note = (visit.say("coaching.fact.next"), (When(coming.at, visit.zone.key),))
    return (Facts((next_note, *leave_fact(visit, plan))), *calendar_lines(visit, plan, coming))


def changed(visit: Visit, plan: CoachingPlan, coming: Coming | None, key: str) -> Message:
    """The answer to a change: what is true now."""
    if not plan.is_on:
        off = (
            sentence(visit, "coaching.settings.saved-off", rhythm=rhythm(visit.say, plan)),
            Buttons((button(visit.say, "on", "coach on", primary=True),)),
        )
        return Message(visit.say(key), off)
    return Message(visit.say(key), running(visit, plan, coming))
