"""How notices are told: what members get, and what the operator who writes one sees. Wording only: `notices` decides,
the notice nudge borrows the words.
"""

from bot.batches import RETRY, BatchProgress
from bot.message import (
    Block,
    Bold,
    Bullets,
    Button,
    Buttons,
    Divider,
    Input,
    Mention,
    Message,
    Paragraph,
    Spans,
    Text,
    When,
    rich,
    text,
)
from bot.model.deliveries import SendBatch, State
from bot.visit import Visit
from content.wording import Wording

HOURS = 48
"""How long a notice may wait for its turn."""
SHOWN = 60
"""Characters of a notice in the list of them."""


def notice_message(say: Wording, batch: SendBatch) -> Message:
    """What a member gets: the operator's own words, who sent them, and how to end it."""
    user = batch.started_by.rpartition(":")[2]
    sender = (Text(f"{say('notice.from')} "), Mention(user, say("notice.operator")), Text(". "))
    small = Paragraph((*sender, *rich(say("notice.how-to-stop"))), quiet=True)
    return Message(say("notice.title"), (Paragraph(text(batch.text)), small), discreet=say("notice.discreet"))


def how(visit: Visit) -> Message:
    """What `admin notice` alone says."""
    say = visit.say
    field = Input(say("notice.how.input"), "admin notice", say("notice.how.hint"), say("notice.how.button"))
    return Message(say("notice.how.title"), (Paragraph(rich(say("notice.how"))), field))


def preview(visit: Visit, batch: SendBatch, people: int, *, has_changed: bool = False) -> Message:
    """The notice as members will see it, and the button that sends it; above the guard it names the number."""
    say, seen = visit.say, notice_message(visit.say, batch)
    number = f" {people}" if people > visit.deployment.send_guard else ""
    send = Button(say.count("notice.button.send", people), f"admin notice send {batch.id}{number}", style="primary")
    changed = say.count("notice.preview.changed", people, discreet=seen.discreet)
    opening = changed if has_changed else say("notice.preview", discreet=seen.discreet)
    rules = Paragraph(text(say("notice.preview.rules", hours=HOURS)), quiet=True)
    around: tuple[Block, ...] = (Divider(), *seen.blocks, Divider())
    blocks = (Paragraph(text(opening)), *around, rules, Buttons((send,)))
    return Message(say.count("notice.preview.title", people), blocks)


def started(visit: Visit, batch: SendBatch, people: int) -> Message:
    say = visit.say
    ways = Buttons((_stop(visit, batch), Button(say("notice.button.progress"), "admin notices")))
    return Message(say.count("notice.started.title", people), (Paragraph(text(say("notice.started"))), ways))


def sent_before(visit: Visit, each: BatchProgress) -> Message:
    """The button was pressed a second time, or weeks later."""
    return Message(visit.say("notice.before.title"), (Paragraph(_progress(visit, each)), *_stops(visit, [each])))


def stopped(visit: Visit, each: BatchProgress, skipped: int) -> Message:
    said = Paragraph(text(visit.say.count("notice.stopped", skipped)))
    return Message(visit.say("notice.stopped.title"), (said, Paragraph(_progress(visit, each))))


def listed(visit: Visit, found: list[BatchProgress]) -> Message:
    say = visit.say
    if not found:
        return Message(say("notice.list.title"), (Paragraph(rich(say("notice.list.none"))),))
    lines = Bullets(tuple((*_named(visit, each), *_progress(visit, each)) for each in found))
    return Message(say("notice.list.title"), (lines, *_stops(visit, found)))


def plainly(visit: Visit, name: str, **values: object) -> Message:
    """A title and one sentence: nothing was sent, and why."""
    return Message(visit.say(f"notice.{name}.title"), (Paragraph(rich(visit.say(f"notice.{name}", **values))),))


def _named(visit: Visit, each: BatchProgress) -> Spans:
    batch = each.batch
    said = visit.say("notice.list.retry") if batch.kind == RETRY else batch.text
    short = said if len(said) <= SHOWN else f"{said[:SHOWN].rstrip()}…"
    return (Bold(str(batch.id)), Text(" · "), When(batch.started_at, visit.zone.key), Text(f" · {short} · "))


def _progress(visit: Visit, each: BatchProgress) -> Spans:
    say, counts = visit.say, each.counts
    said = [say.count("notice.progress", each.total, sent=counts[State.SENT])]
    more = (
        ("notice.progress.waiting", each.waiting),
        ("notice.progress.skipped", counts[State.SKIPPED]),
        ("notice.progress.refused", counts[State.FAILED]),
        ("notice.progress.unsure", counts[State.UNSURE]),
    )
    said += [say.count(key, number) for key, number in more if number]
    said += [say("notice.progress.stopped")] if each.batch.stopped_at else []
    return text(", ".join(said))


def _stops(visit: Visit, found: list[BatchProgress]) -> tuple[Block, ...]:
    running = tuple(_stop(visit, each.batch, is_one_of_many=len(found) > 1) for each in found if each.is_running)
    return (Buttons(running),) if running else ()


def _stop(visit: Visit, batch: SendBatch, *, is_one_of_many: bool = False) -> Button:
    say = visit.say
    label = say("notice.button.stop.number", number=batch.id) if is_one_of_many else say("notice.button.stop")
    return Button(label, f"admin notice stop {batch.id}", style="danger")
