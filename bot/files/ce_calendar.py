"""`ce-calendar`: a member's CE dates for a calendar program. Offered by `ce calendar`."""

from bot.files import FileKind, Made
from bot.mentoring.ce_calendar import MEDIA_TYPE, read_calendar
from bot.visit import Visit

RECIPE = "ce-calendar"
FILE_NAME = "dates.ics"


async def make(visit: Visit, _words: str) -> Made:
    content = await read_calendar(visit.session, (visit.tenant, visit.member), visit.pack, visit.say, visit.now)
    return Made(FILE_NAME, MEDIA_TYPE, content)


FILE = FileKind(RECIPE, make)
