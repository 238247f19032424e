"""One message to whoever has installed the mentor in a workspace: what to do next for the team. Put into the ledger in
the unit of work that keeps the installation, so it can neither be lost nor come twice.
"""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.message import Bullets, Button, Buttons, Message, Paragraph, rich
from bot.model.people import Tenant
from bot.visitors import find_member
from bot.words import Example
from jobs.ledger import NewDelivery, insert
from jobs.nudges import Composed, Letter, Nudge

KIND = "installed"
GRACE = timedelta(days=2)


async def greet(session: AsyncSession, tenant: Tenant, user_id: str, now: datetime) -> None:
    """Let the message go to that person now (calendar clock), if they never got it in this workspace."""
    member = await find_member(session, tenant, user_id, now)
    assert tenant.id is not None
    assert member.id is not None
    new = NewDelivery(tenant.id, member.id, KIND, "first", due_at=now, expires_at=now + GRACE)
    await insert(session, [new])


async def compose(letter: Letter) -> Composed:
    """What to do next. It comes at once, whatever the hour: they have pressed the button just now."""
    say = letter.say
    steps = tuple(rich(say(f"installed.{step}")) for step in ("try", "invite", "operate"))
    message = Message(
        say("installed.title"),
        (
            Paragraph(rich(say("installed.lead"))),
            Bullets(steps),
            Buttons((Button(say("installed.button"), "home"), Button(say("installed.help"), "help"))),
        ),
        discreet=say("installed.discreet"),
    )
    return Composed(message)


NUDGE = Nudge(kind=KIND, plan=None, compose=compose, examples=(Example("help"),), begin=greet)
