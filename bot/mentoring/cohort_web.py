"""`cohort web`: a way to the pages for somebody who manages a cohort. Called by `bot.commands.cohort`."""

from bot.mentoring.cohort_naming import plainly
from bot.mentoring.cohorts import managed
from bot.mentoring.signing_in import LINK_LASTS, make_link
from bot.message import Link, Message, Paragraph, rich
from bot.visit import Visit


async def web(visit: Visit, _rest: str) -> Message:
    """A link for this person alone, which works once."""
    say, address = visit.say, visit.deployment.public_url
    if not address:
        return plainly(visit, "no-link")
    if not await managed(visit.session, visit.member_id):
        return plainly(visit, "none.manager")
    token = await make_link(visit.session, visit.member_id, visit.now)
    link = Link(say("cohorts.web.link"), f"{address.rstrip('/')}/dashboard/enter/{token}")
    how = rich(say("cohorts.web", minutes=int(LINK_LASTS.total_seconds() // 60)))
    return Message(say("cohorts.web.title"), (Paragraph((link,)), Paragraph(how, quiet=True)))
