"""To the operators, 60, 30, 14, 7 and 1 days before a secret ends: which one, when, and what to do. `jobs.expiring`
puts it into the ledger; the courier asks here what to say.
"""

from datetime import date, datetime, time, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.coaching import zone_of
from bot.mentoring.open_hours import OpenHours, name_of, quiet_of
from bot.message import Bullets, Message, Paragraph, rich
from bot.model.people import Tenant
from bot.visitors import find_member
from bot.words import Example
from jobs.ledger import NewDelivery, insert
from jobs.nudges import Composed, Hold, Letter, Nudge, Skip

KIND = "secret-ends"
SAMPLE = timedelta(days=14)
MORNING = time(9)


async def compose(letter: Letter) -> Composed | Skip | Hold:
    """Unless the secret was renewed meanwhile; in the daytime."""
    setting, ends = letter.delivery.content["setting"], date.fromisoformat(letter.delivery.content["ends"])
    if any(name == setting and day != ends for name, day in letter.deployment.secrets_expire):
        return Skip("renewed")
    opening = OpenHours(zone_of(letter.member), MORNING, quiet=quiet_of(letter.tenant)).first_open(letter.now)
    if opening.cause:
        return Hold(opening.at, name_of(opening.cause))
    say, days = letter.say, (ends - letter.now.date()).days
    steps = tuple(rich(say(f"secret.{step}", setting=setting)) for step in ("renew", "tell", "check"))
    message = Message(
        say.count("secret.title", days),
        (Paragraph(rich(say("secret.lead", setting=setting, day=ends.isoformat()))), Bullets(steps)),
        discreet=say("secret.discreet"),
    )
    return Composed(message, letter.delivery.content)


async def begin(session: AsyncSession, tenant: Tenant, user_id: str, now: datetime) -> None:
    """One for a rehearsal, about a secret that ends in two weeks."""
    member = await find_member(session, tenant, user_id, now)
    assert tenant.id is not None
    assert member.id is not None
    about = {"setting": "MicrosoftAppPassword", "ends": (now + SAMPLE).date().isoformat()}
    row = NewDelivery(tenant.id, member.id, KIND, "sample", due_at=now, expires_at=now + SAMPLE, content=about)
    await insert(session, [row])


NUDGE = Nudge(kind=KIND, plan=None, compose=compose, examples=(Example("help", by_operator=True),), begin=begin)
