"""The invitation of one person into a cohort. Nothing of it falls due by itself: `bot.mentoring.cohort_inviting` puts
it into the ledger through the outbox; the courier asks here what to say.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_codes import INVITATION, invite
from bot.mentoring.cohort_inviting import INVITATIONS
from bot.mentoring.cohorts import create, id_of
from bot.mentoring.display_names import named
from bot.message import Bold, Button, Buttons, Message, Paragraph, Text, rich
from bot.model.cohorts import Cohort, CohortInvitation
from bot.model.people import Member, Tenant
from bot.ports import Personal
from bot.visitors import find_member
from bot.words import Example
from jobs.nudges import Composed, Hold, Letter, Nudge, Skip
from jobs.opening import opening
from jobs.outbox import LedgerOutbox


async def compose(letter: Letter) -> Composed | Skip | Hold:
    """Who invites, and to what; what it means comes before anybody joins."""
    held = await opening(letter)
    if held is not None:
        return held
    invitation = await letter.session.get(CohortInvitation, letter.delivery.content.get("invitation"))
    if invitation is None or invitation.expires_at <= letter.now:
        return Skip("no longer open")
    cohort = await letter.session.get_one(Cohort, invitation.cohort_id)
    by = await letter.session.get_one(Member, invitation.invited_by)
    if cohort.archived_at is not None:
        return Skip("no longer open")
    return Composed(_message(letter, cohort, by, invitation), letter.delivery.content)


def _message(letter: Letter, cohort: Cohort, by: Member, invitation: CohortInvitation) -> Message:
    say = letter.say
    who = (
        named(by, letter.tenant.id, say("cohorts.manager")),
        Text(f" {say('cohorts.invitation')} "),
        Bold(cohort.name),
    )
    buttons = (
        Button(say("cohorts.button.card"), f"cohort join {INVITATION}{invitation.id}", style="primary"),
        Button(say("cohorts.button.privacy"), "privacy"),
    )
    blocks = (Paragraph((*who, Text("."))), Paragraph(rich(say("cohorts.invitation.how"))), Buttons(buttons))
    return Message(say("cohorts.invitation.title"), blocks, discreet=say("notice.discreet"))


async def begin(session: AsyncSession, tenant: Tenant, user_id: str, now: datetime) -> None:
    """A sample colleague invites this person, for rehearsals."""
    person = await find_member(session, tenant, user_id, now)
    colleague = await find_member(session, tenant, "sample-colleague", now)
    assert tenant.id is not None
    assert person.id is not None
    assert colleague.id is not None
    cohort = await create(session, tenant, colleague.id, "Sample learners", now)
    made = await invite(session, id_of(cohort), person.id, colleague.id, now)
    letter = Personal(tenant.id, person.id, INVITATIONS, f"invitation-{made.id}", {"invitation": made.id})
    await LedgerOutbox().tell(session, letter, now)


NUDGE = Nudge(kind=INVITATIONS, plan=None, compose=compose, examples=(Example("help"),), begin=begin)
