"""A manager's congratulation, or offer of 15 minutes. Nothing of it falls due by itself:
`bot.mentoring.cohort_thanking` puts it into the ledger through the outbox; the courier asks here what to say.
"""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.mentoring.cohort_rows import Shared
from bot.mentoring.cohort_thanking import WORDS
from bot.mentoring.cohorts import create, id_of, join
from bot.mentoring.display_names import named
from bot.message import Button, Buttons, Message, Paragraph, Text, rich
from bot.model.cohorts import Cohort, CohortMembership
from bot.model.people import Member, Tenant
from bot.ports import Personal
from bot.visitors import find_member
from bot.words import Example
from jobs.nudges import Composed, Hold, Letter, Nudge, Skip
from jobs.opening import opening
from jobs.outbox import LedgerOutbox


async def compose(letter: Letter) -> Composed | Skip | Hold:
    """The word, to a member who is still in the cohort and wants such words."""
    content = letter.delivery.content
    cohort = await letter.session.get(Cohort, content["cohort"])
    place = await letter.session.get(CohortMembership, (content["cohort"], letter.delivery.member_id))
    by = await letter.session.get(Member, content["by"])
    if cohort is None or by is None or place is None or place.left_at is not None or not place.hears:
        return Skip("opted out")
    return await opening(letter) or Composed(_message(letter, cohort, by), content)


def _message(letter: Letter, cohort: Cohort, by: Member) -> Message:
    say, what = letter.say, letter.delivery.content["what"]
    who = (named(by, letter.tenant.id, say("cohorts.manager")), Text(f" {say(f'cohorts.word.{what}')}"))
    where = Paragraph(
        (Text(f"{say('cohorts.word.from')} {cohort.name}. "), *rich(say("cohorts.word.stop"))), quiet=True
    )
    buttons = (
        Button(say("cohorts.button.privacy"), "privacy"),
        Button(say("cohorts.button.messages-off"), "cohort messages off"),
    )
    blocks = (Paragraph(who), where, Buttons(buttons))
    return Message(say(f"cohorts.word.{what}.title"), blocks, discreet=say("notice.discreet"))


async def begin(session: AsyncSession, tenant: Tenant, user_id: str, now: datetime) -> None:
    """A sample colleague congratulates this person, for rehearsals."""
    person = await find_member(session, tenant, user_id, now)
    colleague = await find_member(session, tenant, "sample-colleague", now)
    assert tenant.id is not None
    assert person.id is not None
    assert colleague.id is not None
    cohort = await create(session, tenant, colleague.id, "Sample learners", now)
    await join(session, id_of(cohort), person.id, [Shared.STEP], now)
    content = {"cohort": cohort.id, "by": colleague.id, "what": "cheer", "about": "step-3"}
    await LedgerOutbox().tell(session, Personal(tenant.id, person.id, WORDS, "cheer-1-step-3", content), now)


NUDGE = Nudge(kind=WORDS, plan=None, compose=compose, examples=(Example("help"),), begin=begin)
