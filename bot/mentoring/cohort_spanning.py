"""`cohort span on|off`: whether a cohort reaches the other workspaces of its organisation, as its owner wishes. Called
by `bot.commands.cohort`; an operator joins workspaces with `preceptor organisation`.
"""

from bot.mentoring.cohort_naming import meant, plainly
from bot.mentoring.cohort_reach import draw_back, has_siblings
from bot.mentoring.cohorts import id_of
from bot.message import Message
from bot.visit import Visit


async def span(visit: Visit, rest: str) -> Message:
    """`cohort span on|off [#n]`. Off: whoever came from another workspace is out of the view at once."""
    word, _, which = rest.partition(" ")
    if word.lower() not in ("on", "off"):
        return plainly(visit, "span.how")
    if isinstance(found := await meant(visit, f"span {word.lower()}", which, "owner"), Message):
        return found
    cohort, _ = found
    if word.lower() == "on" and not await has_siblings(visit.session, visit.tenant):
        return plainly(visit, "span.alone")
    cohort.spans = word.lower() == "on"
    visit.session.add(cohort)
    if not cohort.spans:
        await draw_back(visit.session, id_of(cohort), visit.now)
    return plainly(visit, f"span.{word.lower()}")
