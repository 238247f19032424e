"""`admin notice …` and `admin notices`: an operator writes to everybody of their workspace who turned messages on, sees
first what they will get, confirms, and can stop it midway. Called by `admin`, which has asked who they are.
"""

import re

from sqlmodel import col, func, select

from bot.batches import DRAFT, NOTICE, newest_batches, with_progress
from bot.mentoring import notice_words as words
from bot.message import Message
from bot.model.coaching import CoachingPlan
from bot.model.deliveries import SendBatch
from bot.model.people import Member
from bot.visit import Visit

LONGEST = 600
"""Characters of one notice."""
LISTED = 5
_SEND = re.compile(r"send (\d{1,9})(?: (\d{1,9}))?", re.IGNORECASE)
_STOP = re.compile(r"stop (\d{1,9})", re.IGNORECASE)


async def notice(visit: Visit, rest: str) -> Message:
    """`admin notice <text>`, `admin notice send <draft> [people]`, `admin notice stop <batch>`."""
    if visit.outbox is None:
        return words.plainly(visit, "nowhere")
    if sent := _SEND.fullmatch(rest):
        return await _send(visit, int(sent[1]), int(sent[2]) if sent[2] else None)
    if stopped := _STOP.fullmatch(rest):
        return await _stop(visit, int(stopped[1]))
    return await _draft(visit, rest) if rest else words.how(visit)


async def notices(visit: Visit, _rest: str) -> Message:
    """`admin notices`: the newest ones of this workspace, and how far each has come."""
    return words.listed(visit, await newest_batches(visit.session, LISTED, tenant_id=visit.tenant.id))


async def _draft(visit: Visit, said: str) -> Message:
    if len(said) > LONGEST:
        return words.plainly(visit, "long", most=LONGEST, length=len(said))
    if not (people := await _people(visit)):
        return words.plainly(visit, "nobody")
    me = f"{visit.tenant.platform}:{visit.tenant.external_id}:{visit.member.user_id}"
    # Kept for good, sent or not: a button that names it must never come to mean another.
    batch = SendBatch(tenant_id=visit.tenant.id, kind=DRAFT, text=said, started_by=me, started_at=visit.now)
    visit.session.add(batch)
    await visit.session.flush()
    return words.preview(visit, batch, people)


async def _send(visit: Visit, number: int, confirmed: int | None) -> Message:
    batch = await _mine(visit, number)
    if batch is None or batch.kind not in (DRAFT, NOTICE):
        return words.plainly(visit, "unknown")
    if batch.kind == NOTICE:
        return words.sent_before(visit, (await with_progress(visit.session, [batch]))[0])
    if not (people := await _people(visit)):
        return words.plainly(visit, "nobody")
    needs_number = people > visit.deployment.send_guard
    if people != confirmed if needs_number else confirmed not in (None, people):
        return words.preview(visit, batch, people, has_changed=True)
    assert visit.outbox is not None
    batch.kind, batch.started_at = NOTICE, visit.now
    await visit.session.flush()
    return words.started(visit, batch, await visit.outbox.start(visit.session, batch))


async def _stop(visit: Visit, number: int) -> Message:
    batch = await _mine(visit, number)
    if batch is None or batch.kind == DRAFT:
        return words.plainly(visit, "unknown")
    assert visit.outbox is not None
    skipped = await visit.outbox.stop(visit.session, batch, visit.now)
    return words.stopped(visit, (await with_progress(visit.session, [batch]))[0], skipped)


async def _mine(visit: Visit, number: int) -> SendBatch | None:
    """A batch of this workspace, kept for this unit of work: two presses at once are worked in turn."""
    found = select(SendBatch).where(SendBatch.id == number, SendBatch.tenant_id == visit.tenant.id).with_for_update()
    return (await visit.session.exec(found)).first()


async def _people(visit: Visit) -> int:
    """How many members of this workspace turned messages on."""
    on = select(func.count()).select_from(CoachingPlan).join(Member, col(Member.id) == col(CoachingPlan.member_id))
    return (await visit.session.exec(on.where(Member.tenant_id == visit.tenant.id, col(CoachingPlan.is_on)))).one()
