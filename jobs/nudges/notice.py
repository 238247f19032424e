"""A notice that an operator wrote to their workspace. Nothing of it falls due by itself: `bot.mentoring.notices` puts
it into the ledger through the outbox; the courier asks here what to say.
"""

from bot.batches import NOTICE
from bot.mentoring.closed_days import closures_of
from bot.mentoring.coaching import plan_of, zone_of
from bot.mentoring.notice_words import notice_message
from bot.mentoring.open_hours import hours_of, name_of
from bot.model.deliveries import SendBatch
from bot.words import Example
from jobs.nudges import Composed, Hold, Letter, Nudge, Skip
from jobs.outbox import SLOT


async def compose(letter: Letter) -> Composed | Skip | Hold:
    """The notice, to a member who still wants messages, at an hour at which one may come."""
    plan = await plan_of(letter.session, letter.delivery.member_id)
    if plan is None or not plan.is_on:
        return Skip("opted out")
    closures = await closures_of(letter.session, letter.tenant, letter.now)
    opening = hours_of(letter.tenant, plan, zone_of(letter.member), closures).first_open(letter.now)
    if opening.cause:
        return Hold(opening.at, name_of(opening.cause))
    batch = await letter.session.get(SendBatch, int(letter.delivery.slot.removeprefix(SLOT)))
    return Composed(notice_message(letter.say, batch)) if batch else Skip("nothing to say")


NUDGE = Nudge(
    kind=NOTICE,
    plan=None,
    compose=compose,
    examples=(
        Example(
            "admin notice send 1",
            after=("coach on", "admin notice The office is closed on Friday"),
            by_operator=True,
        ),
    ),
)
