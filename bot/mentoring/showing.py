"""Actions, milestones and steps as blocks, for every command that shows one. Wording only: nothing is decided here."""

from collections.abc import Iterable, Mapping
from datetime import date

from babel.dates import format_date

from bot.clock import local_day
from bot.mentoring.progress import MilestoneState, Progress
from bot.mentoring.sourcing import label_of, sources_line
from bot.message import (
    Block,
    Bold,
    Button,
    Buttons,
    Choice,
    Facts,
    Input,
    Link,
    Message,
    Paragraph,
    Spans,
    Text,
    rich,
    text,
)
from bot.visit import Visit
from content.pack import Action, Milestone, Step
from content.pack import Link as Page
from content.wording import Wording

_PERMISSION = {"none": "progress.permission.none", "manager": "progress.permission.manager"}
_PATIENT_DATA = {"none": "progress.patient-data.none", "training-only": "progress.patient-data.training-only"}


def sentence(visit: Visit, key: str, *, quiet: bool = False, **values: object) -> Paragraph:
    """One of the bot's own sentences. Its values come from the pack, never from a member."""
    return Paragraph(rich(visit.say(key, **values)), quiet=quiet)


def day_text(say: Wording, day: date) -> str:
    """The day in words, in the reader's language ("May 31, 2027")."""
    return format_date(day, "long", locale=say.locale)


def place_first(visit: Visit) -> Message:
    """What is said to somebody who has no step yet."""
    buttons = Buttons((start_button(visit.say), roadmap_button(visit.say)))
    return Message(visit.say("progress.place-first.title"), (sentence(visit, "progress.place-first"), buttons))


def already(visit: Visit, action: Action, progress: Progress) -> Message:
    """What is said to whoever wants to do, shrink or put off what is done."""
    day = day_text(visit.say, local_day(progress.done[action.id], visit.zone))
    return Message(
        visit.say("progress.already.title", title=action.title),
        (
            sentence(visit, "progress.already", day=day),
            Buttons((next_button(visit.say), undo_button(visit.say, f"done {action.id}"))),
        ),
    )


def brief(say: Wording, action: Action) -> Paragraph:
    """An action in one line: its title, the one thing to do, the minutes."""
    return Paragraph((Bold(action.title), Text(f": {action.do} {_minutes(say, action.minutes)}")))


def whole(say: Wording, action: Action, *, smaller_first: bool = False) -> tuple[Block, ...]:
    """Everything about an action: what, how, how long, what it leaves in hand, permission, patient data."""
    less = Paragraph((Bold(say("progress.busy-day")), Text(f" {_smaller(say, action)}")))
    full = Paragraph(text(f"{action.do} {_minutes(say, action.minutes)}"))
    sources = (Paragraph(sources_line(say, action.sources), quiet=True),) if action.sources else ()
    said = (full, Paragraph(rich(action.how)))
    return (*((less, *said) if smaller_first else (*said, less)), remarks(say, action), *sources)


def smaller_only(say: Wording, action: Action) -> tuple[Block, ...]:
    """The version of an action that fits a bad week, with the same remarks."""
    return (Paragraph(text(_smaller(say, action))), remarks(say, action, evidence=False))


def remarks(say: Wording, action: Action, *, evidence: bool = True) -> Facts:
    """What the member holds in hand afterwards, whether a permission is needed, and how it stands with patient data."""
    pairs = ((say("progress.evidence"), text(action.evidence)),) if evidence else ()
    return Facts(
        (
            *pairs,
            (say("progress.permission"), text(say(_PERMISSION[action.permission]))),
            (say("progress.patient-data"), text(say(_PATIENT_DATA[action.patient_data]))),
        )
    )


def _smaller(say: Wording, action: Action) -> str:
    return f"{action.smaller.do} {_minutes(say, action.smaller.minutes)}"


def _minutes(say: Wording, minutes: int) -> str:
    return f"({say.count('progress.minutes', minutes)})"


def action_buttons(say: Wording, action_id: str, *, smaller: bool = True, more: bool = False) -> Buttons:
    """Done, Smaller step, Not this week and More, each naming the action."""
    buttons = [Button(say("progress.button.done"), f"done {action_id}", style="primary")]
    if smaller:
        buttons.append(Button(say("progress.button.smaller"), f"smaller {action_id}"))
    buttons.append(Button(say("progress.button.later"), f"later {action_id}"))
    if more:
        buttons.append(Button(say("progress.button.more"), f"next {action_id}"))
    return Buttons(tuple(buttons))


def next_button(say: Wording) -> Button:
    return Button(say("progress.button.next"), "next", style="primary")


def start_button(say: Wording) -> Button:
    return Button(say("progress.button.start"), "start", style="primary", opens=True)


def roadmap_button(say: Wording) -> Button:
    return Button(say("progress.button.roadmap"), "roadmap")


def undo_button(say: Wording, what: str) -> Button:
    """Takes back one named thing ("done list-your-schooling"), and so is still right three weeks later."""
    return Button(say("progress.button.undo"), f"undo {what}")


def result_input(say: Wording, action_id: str) -> Input:
    """Asks for one line on what changed."""
    return Input(
        say("progress.result.ask"),
        f"result {action_id}",
        hint=say("progress.result.hint"),
        button=say("progress.result.save"),
    )


def step_name(say: Wording, step: Step) -> str:
    """ "step 2, Practical experience"."""
    return say("progress.step-name", number=step.number, title=step.title)


def steps_choice(visit: Visit, here: int | None) -> Choice:
    """A list to open any of the seven steps from."""
    options = tuple(Button(f"{step.number}. {step.title}", f"step {step.number}") for step in visit.pack.steps)
    return Choice(visit.say("progress.roadmap.open"), options, f"step {here}" if here else None)


def milestone_line(say: Wording, milestone: Milestone, states: Mapping[str, MilestoneState]) -> Spans:
    return (Bold(milestone.title), Text(f": {milestone_state(say, milestone, states)}"))


def milestone_state(say: Wording, milestone: Milestone, states: Mapping[str, MilestoneState]) -> str:
    """ "reached", "by May 31, 2027" or "no date yet"."""
    state = states.get(milestone.id, MilestoneState())
    if state.reached:
        return say("progress.milestone.is-reached")
    if state.day:
        return say("progress.milestone.is-dated", day=day_text(say, state.day))
    return say("progress.milestone.no-date")


def date_input(say: Wording, milestone: Milestone) -> Input:
    """Asks for the day of a milestone in the member's own words."""
    return Input(
        say("progress.milestone.ask-date"),
        f"milestone {milestone.id}",
        hint=say("progress.milestone.hint"),
        button=say("progress.milestone.set"),
    )


def page_lines(say: Wording, pages: Iterable[Page]) -> tuple[Spans, ...]:
    """Web pages, each with the honest label of what is known about it."""
    return tuple(_page(say, page) for page in pages)


def _page(say: Wording, page: Page) -> Spans:
    if not page.sources or page.sources[0].label is None:
        return (Link(page.title, page.url),)
    return (Link(page.title, page.url), Text(f" ({label_of(say, page.sources[0])})"))
