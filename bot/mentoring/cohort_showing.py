"""`cohort` and `cohort show`: a manager's view, a member's own sharing, or what cohorts are. Every look at people is
noted here before they are shown. Called by `bot.commands.cohort`.
"""

from collections.abc import Sequence

from bot.mentoring.cohort_joining import sharing
from bot.mentoring.cohort_looks import note_look
from bot.mentoring.cohort_naming import meant
from bot.mentoring.cohort_records import view_of
from bot.mentoring.cohort_running import may_create
from bot.mentoring.cohort_view import View
from bot.mentoring.cohort_words import named_of, page_of, view_message
from bot.mentoring.cohorts import id_of, joined, managed
from bot.message import Button, Buttons, Message, Paragraph, rich
from bot.model.cohorts import Cohort
from bot.visit import Visit

CHAT = "chat"
"""The page of a look in chat."""


async def overview(visit: Visit, _rest: str) -> Message:
    """`cohort`: what there is to see, or how it begins."""
    mine = [cohort for cohort, _ in await managed(visit.session, visit.member_id)]
    others = [each for each in await joined(visit.session, visit.member_id) if each.id not in {one.id for one in mine}]
    if len(mine) == 1 and not others:
        return await _shown(visit, mine[0], 1)
    if len(others) == 1 and not mine:
        return await sharing(visit, others[0])
    return _listed(visit, mine, others) if mine or others else _how(visit)


def _listed(visit: Visit, mine: Sequence[Cohort], others: Sequence[Cohort]) -> Message:
    say = visit.say
    buttons = (
        *(Button(each.name, f"cohort show #{each.id}", style="primary") for each in mine),
        *(Button(say("cohorts.button.mine", name=each.name), f"cohort sharing #{each.id}") for each in others),
    )
    return Message(say("cohorts.list.title"), (Buttons(buttons),))


def _how(visit: Visit) -> Message:
    """To whoever manages none and is in none."""
    say = visit.say
    buttons = [Button(say("cohorts.button.join"), "cohort join")]
    if may_create(visit):
        buttons.append(Button(say("cohorts.button.create"), "cohort create"))
    return Message(say("cohorts.how.title"), (Paragraph(rich(say("cohorts.how"))), Buttons(tuple(buttons))))


async def show(visit: Visit, rest: str) -> Message:
    """`cohort show [#n] [page]`, or the number alone."""
    if isinstance(found := await meant(visit, "show", rest, "manager"), Message):
        return found
    cohort, page = found
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    return await _shown(visit, cohort, max(number, 1))


async def own_sharing(visit: Visit, rest: str) -> Message:
    """`cohort sharing [#n]`: what the member shares."""
    found = await meant(visit, "sharing", rest, "member")
    return found if isinstance(found, Message) else await sharing(visit, found[0])


async def _shown(visit: Visit, cohort: Cohort, page: int) -> Message:
    view = await view_of(visit.session, cohort, visit.tenant, visit.pack, visit.now)
    await note_look(visit.session, id_of(cohort), visit.member_id, CHAT, _people(view, page), visit.now)
    return view_message(visit.say, view, page, has_pages=bool(visit.deployment.public_url))


def _people(view: View, page: int) -> set[int]:
    named = [row for some in named_of(view) for row in some] if page == 1 else []
    return {row.member_id for row in (*page_of(view, page), *named)}
