"""`stop`, `unsubscribe`, `cancel`, `parar`: alone, each turns off all that comes unasked. It always works."""

from bot.mentoring.ce_alerts import stop_alerts
from bot.mentoring.coaching import drop_reminders, opt_out
from bot.mentoring.coaching_replies import button, sentence
from bot.mentoring.cohorts import hush
from bot.mentoring.samples import PLACED
from bot.message import Block, Buttons, Message, Paragraph, text
from bot.visit import Visit
from bot.words import Command, Example


async def handle(visit: Visit, _arguments: str) -> Message:
    was_on = await opt_out(visit.session, visit.member)
    reminders = await drop_reminders(visit.session, visit.member_id)
    alerts = await stop_alerts(visit)
    was_on = await hush(visit.session, visit.member_id) or was_on
    said: list[Block] = [sentence(visit, "ce.alerts.stopped")] if alerts else []
    if reminders:
        said.append(Paragraph(text(visit.say.count("coaching.stop.reminders", reminders))))
    said += [sentence(visit, "coaching.stop"), Buttons((button(visit.say, "on", "coach on"),))]
    key = "coaching.stop.title" if was_on or reminders or alerts else "coaching.stop.nothing.title"
    return Message(visit.say(key), tuple(said))


COMMAND = Command(
    name="stop",
    summary="coaching.summary.stop",
    aliases=("unsubscribe", "cancel", "parar"),
    examples=(
        Example("stop", after=(PLACED, "coach on")),
        Example("unsubscribe"),
        Example("stop calling me a beginner"),
    ),
    handle=handle,
)
