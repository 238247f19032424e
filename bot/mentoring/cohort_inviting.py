"""`cohort invite …`: people by mention, a code for many, a code for one, a link. Called by `bot.commands.cohort`.

An invitation lapses silently, and whoever invites is told the same whatever becomes of it.
"""

from bot.mentoring.cohort_codes import Kind, invite, make_code
from bot.mentoring.cohort_naming import meant, people_in, plainly
from bot.mentoring.cohort_running import code_blocks
from bot.mentoring.cohorts import id_of
from bot.message import Button, Buttons, Link, Message, Paragraph, rich
from bot.model.cohorts import Cohort
from bot.ports import Personal
from bot.visit import Visit
from bot.visitors import find_member

INVITATIONS = "cohort-invite"
"""The kind of the message that carries one."""
MOST = 20
"""People invited in one line."""


async def invite_some(visit: Visit, rest: str) -> Message:
    """`cohort invite [#n] [@somebody … | code | once | link]`."""
    if isinstance(found := await meant(visit, "invite", rest, "manager"), Message):
        return found
    cohort, words = found
    match words.lower():
        case "code" | "once" | "link":
            return await _code(visit, cohort, words.lower())
        case _ if people := people_in(words):
            return await _people(visit, cohort, people)
        case _:
            return _ways(visit, cohort)


def _ways(visit: Visit, cohort: Cohort) -> Message:
    say = visit.say
    buttons = tuple(
        Button(say(f"cohorts.button.{name}"), f"cohort invite #{cohort.id} {name}")
        for name in ("code", "once", *(("link",) if visit.deployment.public_url else ()))
    )
    how = Paragraph(rich(say("cohorts.invite.how", number=cohort.id)))
    return Message(say("cohorts.invite.title", name=cohort.name), (how, Buttons(buttons)))


async def _code(visit: Visit, cohort: Cohort, word: str) -> Message:
    if word == "link" and not visit.deployment.public_url:
        return plainly(visit, "no-link")
    kind = Kind.ONCE if word == "once" else Kind.CODE
    code = await make_code(visit.session, id_of(cohort), visit.member_id, visit.now, kind)
    address = f"{visit.deployment.public_url}/join/{code}"
    link = (Paragraph((Link(address, address),)),) if word == "link" else ()
    said = Paragraph(rich(visit.say(f"cohorts.invite.{word}")))
    return Message(
        visit.say("cohorts.invite.code.title", name=cohort.name),
        (said, *link, *code_blocks(visit, code, spans=bool(cohort.spans))),
    )


async def _people(visit: Visit, cohort: Cohort, people: list[str]) -> Message:
    if visit.outbox is None:
        return plainly(visit, "nowhere")
    if len(people) > MOST:
        return plainly(visit, "invite.many", most=MOST)
    for user in people:
        await _invite(visit, cohort, user)
    return Message(
        visit.say.count("cohorts.invited.title", len(people)), (Paragraph(rich(visit.say("cohorts.invited"))),)
    )


async def _invite(visit: Visit, cohort: Cohort, user: str) -> None:
    """One message at most, however often a manager asks."""
    assert visit.outbox is not None
    assert visit.tenant.id is not None
    person = await find_member(visit.session, visit.tenant, user, visit.now)
    assert person.id is not None
    made = await invite(visit.session, id_of(cohort), person.id, visit.member_id, visit.now)
    slot = f"invitation-{made.id}"
    letter = Personal(visit.tenant.id, person.id, INVITATIONS, slot, {"invitation": made.id})
    await visit.outbox.tell(visit.session, letter, visit.now)
