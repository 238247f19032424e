"""What the weekly note says: at most 60 words, one thing to do, and why it came. Pure; the weekly nudge hands in what
is true at the moment of sending.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.clock import Week
from bot.mentoring.coaching_replies import button, clock, days
from bot.mentoring.progress import Progress, step_of
from bot.mentoring.selection import FIRST_STEP, Offer, choose_action, choose_suggestion
from bot.message import Block, Bold, Button, Buttons, Message, Paragraph, rich, text
from bot.model.coaching import CoachingPlan
from content.pack import Action, Pack, Suggestion
from content.wording import Wording

MOST_WORDS = 60
SLOWER, ASK = 2, 4
"""Notes without any use of the mentor: from so many on every other week, and then one question before silence."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the note depends on, besides the pack and the language."""

    week: Week
    plan: CoachingPlan
    progress: Progress
    history: Sequence[Offer]
    """What earlier notes were about."""
    unused: int = 0
    """Notes since the member last used the mentor."""
    ce: str = ""
    """What falls due in CE on the same day, in one line; empty where nothing does."""
    was_slower: bool = False
    """The note before this one came at the slower pace of somebody who had not used the mentor."""


@dataclass(frozen=True, slots=True)
class Note:
    """A message, and the ids of what it is about."""

    message: Message
    content: Mapping[str, str]
    carries_ce: bool = False
    """Whether the line about CE is in it."""


def weekly_note(say: Wording, pack: Pack, now: Situation) -> Note | None:
    """The note of one local week; None when there is nothing to say."""
    if now.unused >= ASK:
        return Note(_message(say, _question(say)), {"backoff": "asked"})
    idea = _idea(pack, now)
    if "step" not in now.plan.topics:
        return _networking_note(say, idea, now) if idea else None
    action = choose_action(pack, now.progress, now.history, now.week)
    core = (
        *_heading(say, pack, now),
        *action_blocks(say, action, smaller=action.id in now.progress.smaller),
        *_news(say, now),
    )
    footer = _footer(say, now.plan)
    told = None if now.ce else _fitting(say, core, footer, idea)
    line = (Paragraph(text(told.line)),) if told else ()
    due = _ce(say, core, footer, now)
    message = _message(say, (*core, *due, *line, footer, Buttons(tuple(_buttons(say, action, told, now)))))
    return Note(message, _content(now, action=action, suggestion=told), carries_ce=bool(due))


def _ce(say: Wording, core: tuple[Block, ...], footer: Block, now: Situation) -> tuple[Block, ...]:
    """The line about CE, where it leaves the note within its words; else the alert goes by itself."""
    line = (Paragraph(text(now.ce)),) if now.ce else ()
    return line if _message(say, (*core, *line, footer)).words() <= MOST_WORDS else ()


def _idea(pack: Pack, now: Situation) -> Suggestion | None:
    if "networking" not in now.plan.topics:
        return None
    return choose_suggestion(pack, now.progress.step, now.history, now.week)


def _fitting(say: Wording, core: tuple[Block, ...], footer: Block, idea: Suggestion | None) -> Suggestion | None:
    """The networking idea, where it leaves the note within its words."""
    if idea is None:
        return None
    whole = _message(say, (*core, Paragraph(text(idea.line)), footer))
    return idea if whole.words() <= MOST_WORDS else None


def _networking_note(say: Wording, idea: Suggestion, now: Situation) -> Note:
    heading = Paragraph((Bold(say("coaching.note.networking")),))
    ways = (button(say, "more", f"coach more {idea.id}", primary=True), button(say, "pause", "coach pause"))
    blocks = (heading, Paragraph(text(idea.line)), *_news(say, now), _footer(say, now.plan), Buttons(ways))
    return Note(_message(say, blocks), _content(now, suggestion=idea))


def _question(say: Wording) -> tuple[Block, ...]:
    ways = (
        button(say, "keep", "coach resume", primary=True),
        button(say, "less", "coach less"),
        button(say, "pause", "coach pause"),
        button(say, "stop", "stop"),
    )
    asked = Paragraph((Bold(say("coaching.note.ask")),))
    return (asked, Paragraph(text(say("coaching.note.ask.why"))), Buttons(ways))


def _heading(say: Wording, pack: Pack, now: Situation) -> tuple[Block, ...]:
    step = step_of(pack, now.progress.step or FIRST_STEP)
    line = say("coaching.note.heading", number=step.number, total=len(pack.steps), step=step.short)
    return (Paragraph(text(line)),)


def action_blocks(say: Wording, action: Action, *, smaller: bool) -> Iterator[Block]:
    """An action as what is sent unasked says it: its title, the one thing to do, what to heed."""
    yield Paragraph((Bold(action.title),))
    form = action.smaller if smaller else action
    yield Paragraph(text(say.count("coaching.note.do", form.minutes, do=form.do)))
    remarks = [say("coaching.note.manager")] if action.permission == "manager" else []
    remarks += [say("coaching.note.training")] if action.patient_data == "training-only" else []
    if remarks:
        yield Paragraph(text(" ".join(remarks)))


def _news(say: Wording, now: Situation) -> tuple[Block, ...]:
    """What changed about the notes themselves."""
    if now.unused == SLOWER and now.plan.every_weeks == 1:
        return (Paragraph(text(say("coaching.note.fortnightly"))),)
    if now.was_slower and now.unused < SLOWER:
        return (Paragraph(text(say("coaching.note.back"))),)
    if now.progress.step is None:
        return (Paragraph(rich(say("coaching.note.unplaced"))),)
    return ()


def _footer(say: Wording, plan: CoachingPlan) -> Paragraph:
    return Paragraph(rich(say("coaching.note.footer", days=days(say, plan), at=clock(plan))), quiet=True)


def _buttons(say: Wording, action: Action, told: Suggestion | None, now: Situation) -> Iterator[Button]:
    yield button(say, "done", f"done {action.id}", primary=True)
    if action.id not in now.progress.smaller:
        yield button(say, "smaller", f"smaller {action.id}")
    yield button(say, "later", f"later {action.id}")
    yield button(say, "more", " ".join(("coach more", action.id, *((told.id,) if told else ()))))


def _content(now: Situation, *, action: Action | None = None, suggestion: Suggestion | None = None) -> dict[str, str]:
    content = {"action": action.id} if action else {}
    if suggestion:
        content["suggestion"] = suggestion.id
    if now.unused >= SLOWER and now.plan.every_weeks == 1:
        content["backoff"] = "fortnightly"
    return content


def _message(say: Wording, blocks: tuple[Block, ...]) -> Message:
    return Message(say("coaching.note.title"), blocks, discreet=say("coaching.note.discreet"))
