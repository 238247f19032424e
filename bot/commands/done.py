"""`done [action]`: marks an action done, says what is left, and asks for one optional line on what changed."""

from bot.mentoring.at_hand import is_done
from bot.mentoring.naming import ID, meant
from bot.mentoring.progress import Kind, Progress, home_step, left_in, load, record, step_of
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import already, next_button, result_input, sentence, step_name, undo_button
from bot.message import Block, Buttons, Message, Paragraph, text
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Action, Practice, Step


async def handle(visit: Visit, arguments: str) -> Message:
    before = await load(visit.session, visit.member_id, visit.pack)
    action = await meant(visit, before, "done", arguments)
    if isinstance(action, Message):
        return action
    if is_done(visit, action, before):
        return already(visit, action, before)
    after = await record(visit.session, visit.member, visit.pack, kind=Kind.DONE, subject=action.id, now=visit.now)
    return Message(
        visit.say("progress.done.title", title=action.title),
        (
            *_what_is_left(visit, action, before, after),
            result_input(visit.say, action.id),
            Buttons((next_button(visit.say), undo_button(visit.say, f"done {action.id}"))),
        ),
    )


def _what_is_left(visit: Visit, action: Action, before: Progress, after: Progress) -> tuple[Block, ...]:
    if after.step is not None and after.step != before.step:
        step = step_name(visit.say, step_of(visit.pack, after.step))
        return (sentence(visit, "progress.done.moved-on", step=step),)
    if isinstance(action, Practice):
        return (Paragraph(text(visit.say.count("progress.done.practice", action.gap_weeks))),)
    step_now = home_step(visit.pack, action.id)
    assert step_now is not None
    if left := left_in(step_now, after):
        words = visit.say.count("progress.done.left", len(left), step=step_name(visit.say, step_now))
        return (Paragraph(text(words)),)
    return _all_done(visit, step_now, after)


def _all_done(visit: Visit, step: Step, progress: Progress) -> tuple[Block, ...]:
    """The step is behind the member and leads nowhere by itself: it is not the current one, or it is 6 or 7."""
    said = (sentence(visit, "progress.done.all", step=step_name(visit.say, step)),)
    ending = next((milestone for milestone in step.milestones if milestone.ends_programme), None)
    if ending is None or progress.has_job:
        return said
    return (*said, sentence(visit, "progress.done.when-hired", milestone=ending.id))


COMMAND = Command(
    name="done",
    summary="progress.summary.done",
    arguments=f"(?:{ID})?",
    examples=(
        Example("done", after=(PLACED,)),
        Example("done list-your-schooling", after=("done list-your-schooling",)),
        Example("done got-the-job"),
        Example("done"),
        Example("done list-my-schools", after=(PLACED,)),
    ),
    handle=handle,
)
