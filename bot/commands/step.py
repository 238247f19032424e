"""`step [n]`: one step with its actions, milestones and links. `step 3 go`, or its button, makes it the current one."""

from bot.mentoring.progress import Kind, Progress, left_in, load, record
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import (
    milestone_line,
    next_button,
    page_lines,
    place_first,
    roadmap_button,
    sentence,
    step_name,
    steps_choice,
    undo_button,
)
from bot.message import Block, Bold, Bullets, Button, Buttons, Choice, Divider, Message, Paragraph, Spans, Text, text
from bot.message import Progress as Bar
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Action, Step


async def handle(visit: Visit, arguments: str) -> Message:
    progress = await load(visit.session, visit.member_id, visit.pack)
    name, _, go = arguments.lower().partition(" ")
    if not name and progress.step is None:
        return place_first(visit)
    step = _step_named(visit, name.rstrip("?.!") or str(progress.step))
    if step is None:
        return _unknown(visit, progress)
    return await _go(visit, step, progress) if go else _shown(visit, step, progress)


def _step_named(visit: Visit, name: str) -> Step | None:
    """The step of a number, or of its first word ("education")."""
    fits = (step for step in visit.pack.steps if name in (str(step.number), step.short.lower()))
    return next(fits, None)


def _unknown(visit: Visit, progress: Progress) -> Message:
    return Message(
        visit.say("progress.step.unknown.title"),
        (
            sentence(visit, "progress.step.unknown"),
            steps_choice(visit, progress.step),
            Buttons((roadmap_button(visit.say),)),
        ),
    )


async def _go(visit: Visit, step: Step, progress: Progress) -> Message:
    name = step_name(visit.say, step)
    if progress.step == step.number:
        said = (sentence(visit, "progress.step.same"), Buttons((next_button(visit.say), roadmap_button(visit.say))))
        return Message(visit.say("progress.you-are-on", step=name), said)
    number = str(step.number)
    await record(visit.session, visit.member, visit.pack, kind=Kind.MOVED, subject=number, now=visit.now)
    return Message(
        visit.say("progress.step.moved.title", step=name),
        (
            sentence(visit, "progress.step.moved"),
            Buttons((next_button(visit.say), undo_button(visit.say, f"moved {number}"), roadmap_button(visit.say))),
        ),
    )


def _shown(visit: Visit, step: Step, progress: Progress) -> Message:
    done = len(step.actions) - len(left_in(step, progress))
    return Message(
        visit.say("progress.step.title", number=step.number, title=step.title),
        (
            Paragraph(text(step.purpose)),
            Bar(visit.say("progress.step.actions"), done, len(step.actions)),
            Bullets(tuple(_action_line(visit, action, progress) for action in step.actions)),
            _open_action(visit, step),
            Divider(),
            *_behind(visit, step, progress),
            _buttons(visit, step, progress),
        ),
    )


def _behind(visit: Visit, step: Step, progress: Progress) -> tuple[Block, ...]:
    """What stands beside the actions: when the step counts as done, milestones, links."""
    milestones = tuple(milestone_line(visit.say, milestone, progress.milestones) for milestone in step.milestones)
    return (
        Paragraph((Bold(visit.say("progress.step.done-when")), Text(f" {step.done_when}"))),
        sentence(visit, "progress.step.milestones"),
        Bullets(milestones),
        sentence(visit, "progress.step.links"),
        Bullets(page_lines(visit.say, step.links)),
    )


def _action_line(visit: Visit, action: Action, progress: Progress) -> Spans:
    if action.id in progress.done:
        return (Text(f"{action.title}: "), Bold(visit.say("progress.state.done")))
    minutes = visit.say.count("progress.minutes", action.minutes)
    if action.id in progress.later:
        return (Text(f"{action.title}: {visit.say('progress.state.later')}, {minutes}"),)
    return (Text(f"{action.title}: {minutes}"),)


def _open_action(visit: Visit, step: Step) -> Choice:
    options = tuple(Button(action.title, f"next {action.id}") for action in step.actions)
    return Choice(visit.say("progress.step.open-action"), options)


def _buttons(visit: Visit, step: Step, progress: Progress) -> Buttons:
    if progress.step == step.number:
        first = next_button(visit.say)
    else:
        first = Button(
            visit.say("progress.step.make-mine", number=step.number), f"step {step.number} go", style="primary"
        )
    milestones = Button(visit.say("progress.button.milestones"), "milestone")
    return Buttons((first, roadmap_button(visit.say), milestones))


COMMAND = Command(
    name="step",
    summary="progress.summary.step",
    arguments=r"(?:\S{1,40}(?: go)?)?",
    examples=(
        Example("step", after=(PLACED, "done find-a-root-cause")),
        Example("step 5"),
        Example("step 2 go", after=(PLACED,)),
        Example("step 3 go", after=(PLACED,)),
        Example("step 12"),
    ),
    handle=handle,
)
