"""A year of weekly notes from every placement result, worded one after the other: nothing blank, nothing again inside
its gap, for a member who presses Done and one who presses Not this week. The end-to-end year sends and stores some.
"""

from datetime import UTC, datetime, time

import pytest

from bot.clock import Week
from bot.conversation import Knowledge
from bot.mentoring.progress import Kind, fold
from bot.mentoring.selection import Offer
from bot.mentoring.weekly_note import Situation, weekly_note
from bot.model.coaching import CoachingPlan
from bot.model.progress import ProgressEvent
from tests.fakes.years import Told, check_year, placements, press

FIRST = Week(2026, 2)


def _happened(week: Week, kind: str, subject: str) -> ProgressEvent:
    noon = datetime.combine(week.day(2), time(12), tzinfo=UTC)
    return ProgressEvent(member_id=1, at=noon, kind=Kind(kind), subject=subject)


@pytest.mark.parametrize("habit", ["done", "later"])
@pytest.mark.parametrize("step", [None, 1, 2, 3, 4, 5, 6, 7])
def test_a_year_from_every_placement(knowledge: Knowledge, step: int | None, habit: str) -> None:
    pack, say = knowledge.library.pack("en"), knowledge.wordings["en"]
    assert step is None or step in placements(pack)
    plan = CoachingPlan(member_id=1, is_on=True, topics=["step", "networking"])
    events = [] if step is None else [_happened(FIRST, Kind.PLACED, str(step))]
    year: list[Told] = []
    for week in map(FIRST.plus, range(52)):
        history = [Offer(told.week, told.content["action"], told.content.get("suggestion")) for told in year]
        note = weekly_note(say, pack, Situation(week, plan, fold(events, pack), history))
        assert note is not None
        year.append(Told(week, note.content))
        command, thing = press(note.message, habit).split()
        events.append(_happened(week, command, thing))
    check_year(year, pack, habit=habit)
