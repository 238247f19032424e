"""`start`: placement, six questions one at a time. Each button carries the answers so far; nothing is kept between."""

from collections.abc import Mapping

from bot.mentoring.at_hand import at_hand
from bot.mentoring.coaching import plan_of
from bot.mentoring.forms import placement_form
from bot.mentoring.placement import Placed, place
from bot.mentoring.progress import Happened, Kind, Progress, events_of, load, record, step_of
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import brief, roadmap_button, sentence, step_name, undo_button
from bot.message import Block, Bullets, Button, Buttons, Message, text
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Choice, Placement, Question

Answers = dict[str, str]
"""Question → choice, in the order of the questions."""


async def handle(visit: Visit, arguments: str) -> Message:
    given = dict(word.split("=", 1) for word in arguments.lower().split() if "=" in word)
    answers = _understood(visit.pack.placement, given)
    question = _open_question(visit.pack.placement, answers)
    if question:
        return _ask(visit, question, answers, puzzled=answers != given)
    return await _place(visit, answers)


def _understood(placement: Placement, given: Mapping[str, str]) -> Answers:
    """The answers up to the first question that has none or an unknown one."""
    answers: Answers = {}
    for question in placement.questions:
        chosen = next((choice.id for choice in question.choices if choice.id == given.get(question.id)), None)
        if chosen is None:
            break
        answers[question.id] = chosen
    return answers


def _open_question(placement: Placement, answers: Answers) -> Question | None:
    return next((question for question in placement.questions if question.id not in answers), None)


def _ask(visit: Visit, question: Question, answers: Answers, *, puzzled: bool) -> Message:
    total = len(visit.pack.placement.questions)
    said: list[Block] = []
    if puzzled:
        said.append(sentence(visit, "progress.start.puzzled"))
    if not answers:
        is_first = visit.member.step is None
        said.append(sentence(visit, "progress.start.opening" if is_first else "progress.start.again"))
    choices = [_button(choice, question, answers) for choice in question.choices]
    if answers:
        choices.append(Button(visit.say("progress.start.back"), _line(dict(list(answers.items())[:-1]))))
    title = visit.say("progress.start.question", number=len(answers) + 1, total=total, question=question.text)
    form = placement_form(visit, visit.pack.placement, answers)
    return Message(title, (*said, Buttons(tuple(choices))), form=form)


def _button(choice: Choice, question: Question, answers: Answers) -> Button:
    return Button(choice.text, _line({**answers, question.id: choice.id}))


def _line(answers: Answers) -> str:
    return " ".join(["start", *(f"{question}={choice}" for question, choice in answers.items())])


async def _place(visit: Visit, answers: Answers) -> Message:
    """Place the member. The same answers again (a button pressed twice) change nothing."""
    placed = place(answers, visit.pack.placement)
    events = list(await events_of(visit.session, visit.member_id))
    if events and events[-1].kind == Kind.PLACED and events[-1].detail.get("answers") == answers:
        progress = await load(visit.session, visit.member_id, visit.pack)
        return await _welcome(visit, placed, progress, again=len(events) > 1)
    happened = Happened(kind=Kind.PLACED, subject=str(placed.step), now=visit.now, detail={"answers": answers})
    progress = await record(visit.session, visit.member, visit.pack, **happened)
    return await _welcome(visit, placed, progress, again=bool(events))


async def _welcome(visit: Visit, placed: Placed, progress: Progress, *, again: bool) -> Message:
    action = await at_hand(visit, progress)
    plan = await plan_of(visit.session, visit.member_id)
    buttons = [Button(visit.say("progress.start.first-action"), f"next {action.id}", style="primary")]
    stays: tuple[Block, ...] = ()
    offer: tuple[Block, ...] = ()
    if plan is None or not plan.is_on:
        offer = (sentence(visit, "progress.start.offer"),)
        buttons.append(Button(visit.say("progress.start.weekly"), "coach on"))
    buttons.append(roadmap_button(visit.say))
    if again:
        stays = (sentence(visit, "progress.start.stays"),)
        buttons.append(undo_button(visit.say, f"placed {placed.step}"))
    first = (sentence(visit, "progress.start.first"), brief(visit.say, action))
    step = step_name(visit.say, step_of(visit.pack, placed.step))
    return Message(
        visit.say("progress.start.placed.title", step=step),
        (*_why(visit, placed), *stays, *first, *offer, Buttons(tuple(buttons))),
    )


def _why(visit: Visit, placed: Placed) -> tuple[Block, ...]:
    if not placed.because:
        return (sentence(visit, "progress.start.from-the-start"),)
    lines = tuple(text(because) for because in placed.because)
    return (sentence(visit, "progress.start.because"), Bullets(lines))


COMMAND = Command(
    name="start",
    summary="progress.summary.start",
    arguments=r"(?:again|over|[\w-]{1,40}=[\w-]{0,40}(?: +[\w-]{1,40}=[\w-]{0,40}){0,11})?",
    examples=(
        Example("start"),
        Example("start role=billing education=bachelor"),
        Example(PLACED),
        Example(PLACED, after=(PLACED, "done find-a-root-cause")),
        Example("start role=astronaut"),
    ),
    handle=handle,
)
