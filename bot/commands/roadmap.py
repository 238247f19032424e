"""`roadmap`: the seven steps, how much of each is done, and where the member is."""

from bot.mentoring.progress import Progress, left_in, load
from bot.mentoring.samples import PLACED
from bot.mentoring.showing import next_button, sentence, start_button, step_name, steps_choice
from bot.message import Bold, Button, Buttons, Message, Spans, Table, Text
from bot.visit import Visit
from bot.words import Command, Example
from content.pack import Step


async def handle(visit: Visit, _arguments: str) -> Message:
    progress = await load(visit.session, visit.member_id, visit.pack)
    headings = (
        visit.say("progress.roadmap.step"),
        visit.say("progress.roadmap.done"),
        visit.say("progress.roadmap.you"),
    )
    rows = tuple(_row(visit, step, progress) for step in visit.pack.steps)
    first = start_button(visit.say) if progress.step is None else next_button(visit.say)
    return Message(
        _title(visit, progress),
        (
            Table(headings, rows),
            sentence(visit, "progress.roadmap.any-order", quiet=True),
            steps_choice(visit, progress.step),
            Buttons((first, Button(visit.say("progress.button.milestones"), "milestone"))),
        ),
    )


def _title(visit: Visit, progress: Progress) -> str:
    here = next((step for step in visit.pack.steps if step.number == progress.step), None)
    if here is None:
        return visit.say("progress.roadmap.title", career=visit.pack.career)
    return visit.say("progress.you-are-on", step=step_name(visit.say, here))


def _row(visit: Visit, step: Step, progress: Progress) -> tuple[Spans, ...]:
    total = len(step.actions)
    done = visit.say("progress.roadmap.count", done=total - len(left_in(step, progress)), total=total)
    here = step.number == progress.step
    name = f"{step.number}. {step.title}"
    mark = visit.say("progress.roadmap.here") if here else ""
    return ((Bold(name) if here else Text(name),), (Text(done),), (Text(mark),))


COMMAND = Command(
    name="roadmap",
    summary="progress.summary.roadmap",
    examples=(Example("roadmap", after=(PLACED, "done find-a-root-cause")), Example("roadmap")),
    handle=handle,
    only_reads=True,
)
