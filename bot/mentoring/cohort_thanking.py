"""`cohort cheer` and `cohort offer`: a manager congratulates, or offers 15 minutes, with one press. Nothing that
pushes; nobody gets the same for the same reason twice. Called by `bot.commands.cohort`.
"""

import re
from typing import Literal

from bot.mentoring.cohort_looks import note_look
from bot.mentoring.cohort_naming import meant, people_in, plainly
from bot.mentoring.cohort_records import view_of
from bot.mentoring.cohort_rows import Row
from bot.mentoring.cohort_showing import CHAT
from bot.mentoring.cohorts import id_of
from bot.message import Message
from bot.model.cohorts import Cohort
from bot.model.people import Member
from bot.ports import Personal
from bot.visit import Visit

WORDS = "cohort-word"
"""The kind of the message that carries one."""
What = Literal["cheer", "offer"]
_ROW = re.compile(r"m-(\d{1,9})")


async def cheer(visit: Visit, rest: str) -> Message:
    """`cohort cheer [#n] @somebody`."""
    return await _say(visit, "cheer", rest)


async def offer(visit: Visit, rest: str) -> Message:
    """`cohort offer [#n] @somebody`."""
    return await _say(visit, "offer", rest)


async def _say(visit: Visit, what: What, rest: str) -> Message:
    if isinstance(found := await meant(visit, what, rest, "manager"), Message):
        return found
    cohort, who = found
    if visit.outbox is None:
        return plainly(visit, "nowhere")
    view = await view_of(visit.session, cohort, visit.tenant, visit.pack, visit.now)
    row = next((each for each in view.rows if _is_meant(each, who)), None)
    if row is None:
        return plainly(visit, "nobody-here")
    await note_look(visit.session, id_of(cohort), visit.member_id, CHAT, [row.member_id], visit.now)
    reason = _reason(what, row)
    return await _send(visit, cohort, row, what, reason) if reason else plainly(visit, "cheer.nothing")


def _is_meant(row: Row, who: str) -> bool:
    if number := _ROW.fullmatch(who.lower()):
        return row.member_id == int(number[1])
    return not row.workspace and people_in(who) == [row.user_id]


def _reason(what: What, row: Row) -> str:
    """What it is about; for a congratulation, something to congratulate on. Made of what the manager sees."""
    if what == "offer":
        return f"quiet-{row.quiet_since}" if row.quiet_since else f"step-{row.stage or 0}"
    if row.outcomes:
        return "outcome-" + "-".join(row.outcomes)
    return f"step-{row.stage}" if row.moved else ""


async def _send(visit: Visit, cohort: Cohort, row: Row, what: What, reason: str) -> Message:
    assert visit.outbox is not None
    person = await visit.session.get_one(Member, row.member_id)
    content = {"cohort": cohort.id, "by": visit.member_id, "what": what, "about": reason}
    slot = f"{what}-{cohort.id}-{reason}"
    letter = Personal(person.tenant_id, row.member_id, WORDS, slot, content)
    is_new = await visit.outbox.tell(visit.session, letter, visit.now)
    return plainly(visit, f"{what}.sent" if is_new else "word.before")
