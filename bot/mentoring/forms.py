"""The forms that commands offer: placement, the weekly note's settings, a pause, a plan, a milestone's day, a result.
Wording only: each submits a line that its command reads like a typed one, and decides about like a typed one.
"""

from collections.abc import Mapping
from datetime import timedelta

from bot.clock import local_day
from bot.form import Field, Form, Option
from bot.mentoring.coaching import TOPICS, time_of
from bot.mentoring.coaching_replies import DAYS, topic_sets, zone_choice
from bot.model.coaching import CoachingPlan
from bot.visit import Visit
from content.pack import Action, Milestone, Placement

RESULT_LENGTH = 200
"""Characters of a line on what changed."""
PLACE_LENGTH = 60
"""Characters of where a planned action is done."""


def placement_form(visit: Visit, placement: Placement, answers: Mapping[str, str]) -> Form:
    """All six questions at once; `answers` stand in it already."""
    fields = (
        Field(
            question.id,
            question.text,
            "choice",
            value=f"{question.id}={answers[question.id]}" if question.id in answers else "",
            options=tuple(Option(choice.text, f"{question.id}={choice.id}") for choice in question.choices),
        )
        for question in placement.questions
    )
    return _form(visit, "start", "start", "start", *fields)


def settings_form(visit: Visit, plan: CoachingPlan) -> Form:
    """Day, hour, zone and topics of the weekly note."""
    say = visit.say
    days = tuple(Option(say(f"coaching.days.{number}"), name) for number, name in enumerate(DAYS))
    listed = zone_choice(visit)
    zones = tuple(Option(one.label, one.command.rpartition(" ")[2]) for one in listed.options)
    topics = tuple(Option(say(f"coaching.settings.topics.{name}"), " ".join(some)) for name, some in topic_sets())
    chosen = " ".join(topic for topic in TOPICS if topic in plan.topics)
    return _form(
        visit,
        "settings",
        "coach settings",
        "coach settings Friday 9:30 Chicago topics step",
        Field("weekday", say("coaching.settings.day"), "choice", value=DAYS[plan.weekday], options=days),
        Field("hour", say("coaching.settings.hour"), "time", value=f"{time_of(plan):%H:%M}"),
        Field(
            "zone",
            say("coaching.settings.zone"),
            "choice",
            options=zones,
            optional=True,
            hint=say("form.settings.zone-hint", zone=visit.zone.key),
        ),
        Field("topics", say("coaching.settings.topics"), "choice", value=chosen, options=topics, before="topics"),
    )


def pause_form(visit: Visit) -> Form:
    """A pause from now on, or one that begins on a day of its own."""
    say = visit.say
    in_two_weeks = local_day(visit.now, visit.zone) + timedelta(weeks=2)
    hint = say("form.pause.from-hint")
    return _form(
        visit,
        "pause",
        "coach pause",
        "coach pause 20 Dec to 4 Jan",
        Field("from", say("form.pause.from"), "date", hint=hint, optional=True, after="to"),
        Field("until", say("form.pause.until"), "date", value=in_two_weeks.isoformat()),
    )


def plan_form(visit: Visit, action: Action) -> Form:
    """A day, a time and a place for an action."""
    say = visit.say
    tomorrow = local_day(visit.now, visit.zone) + timedelta(days=1)
    line = f"plan {action.id}"
    hint = say("form.plan.place-hint")
    return _form(
        visit,
        "plan",
        line,
        f"{line} Thursday 12:30, break room",
        Field("day", say("form.plan.day"), "date", value=tomorrow.isoformat()),
        Field("time", say("form.plan.time"), "time", value="12:30"),
        Field("place", say("form.plan.place"), hint=hint, optional=True, before=",", longest=PLACE_LENGTH),
    )


def milestone_form(visit: Visit, milestone: Milestone, day: str = "") -> Form:
    """The day of a milestone; `day` stands in it already."""
    line = f"milestone {milestone.id}"
    field = Field("day", visit.say("form.milestone.day", title=milestone.title), "date", value=day)
    return _form(visit, "milestone", line, f"{line} May 2028", field)


def result_form(visit: Visit, action_id: str) -> Form:
    """One line on what changed."""
    say = visit.say
    line = f"result {action_id}".strip()
    field = Field("text", say("progress.result.ask"), hint=say("progress.result.hint"), longest=RESULT_LENGTH)
    return _form(visit, "result", line, f"{line} {say('form.result.example')}", field)


def _form(visit: Visit, name: str, command: str, typed: str, *fields: Field) -> Form:
    say = visit.say
    return Form(
        title=say(f"form.{name}.title"),
        command=command,
        opens=say(f"form.{name}.opens"),
        button=say("form.save"),
        typed=typed,
        fields=fields,
    )
