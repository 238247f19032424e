"""`record`: everything the mentor keeps about the one who asks, as JSON. Offered by `export`."""

import json

from bot.clock import local_day
from bot.files import FileKind, Made
from bot.mentoring.own_record import record_of
from bot.visit import Visit

RECIPE = "record"


def file_name(visit: Visit) -> str:
    """With the member's own day, so that two of them can be told apart."""
    return f"career-mentor-record-{local_day(visit.now, visit.zone)}.json"


async def make(visit: Visit, _words: str) -> Made:
    record = await record_of(visit.session, visit.tenant, visit.member, visit.now)
    said = {"about": visit.say("file.record.about"), **record}
    content = json.dumps(said, ensure_ascii=False, indent=2) + "\n"
    return Made(file_name(visit), "application/json", content.encode())


FILE = FileKind(RECIPE, make)
