"""What is due in CE, for the Home page: a line for each credential whose period ends within half a year."""

from bot.clock import local_day
from bot.mentoring.ce_records import load
from bot.mentoring.ce_words import brief
from bot.message import Bold, Spans, Text
from bot.visit import Visit

AHEAD = 180
"""Days."""


async def ce_due(visit: Visit) -> list[Spans]:
    """The nearest first; what is all done is left out."""
    today = local_day(visit.now, visit.zone)
    rules = visit.pack.credentials
    record = await visit.recalled(("ce", today), lambda: load(visit.session, visit.member_id, rules, today))
    ahead = [
        (days, kept)
        for kept in record.kept
        if (days := kept.standing.days_left) is not None and days <= AHEAD and not kept.standing.is_complete
    ]
    ahead.sort(key=lambda each: each[0])
    return [(Bold(kept.rule.short), Text(f": {brief(visit.say, kept)}")) for _, kept in ahead]
