"""The calendar as a well-kept library reads it: whole days, the ladder's reminders, and nothing for passers-by."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar

from bot.conversation import Knowledge
from bot.mentoring.ce_calendar import Owner, calendar_of
from tests.fakes.ce_records import sample
from tests.fakes.ce_rules import stands

NOW = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
OWNER = Owner("demo:T1:U1", time(9, 30))


def test_each_date_is_a_day_with_reminders_and_says_little(knowledge: Knowledge) -> None:
    say, kept = knowledge.wordings["en"], [each.kept for each in sample()]
    told = calendar_of(say, kept, OWNER, NOW)
    assert told == calendar_of(say, kept, OWNER, NOW + timedelta(hours=3))
    assert max(len(line) for line in told.splitlines()) <= 75

    calendar = Calendar.from_ical(told)
    assert (calendar["VERSION"], calendar["METHOD"], calendar["CALSCALE"]) == ("2.0", "PUBLISH", "GREGORIAN")
    assert not calendar.errors
    cmpe, chap = calendar.events
    assert (cmpe.start, cmpe.end, chap.start) == (date(2027, 12, 31), date(2028, 1, 1), date(2028, 1, 9))
    assert {str(each["SUMMARY"]) for each in calendar.events} == {"A date to keep"}
    assert (cmpe["CLASS"], cmpe["TRANSP"], cmpe["STATUS"]) == ("PRIVATE", "TRANSPARENT", "TENTATIVE")
    assert "Certified Medical Practice Executive" in str(cmpe["DESCRIPTION"])
    assert "worked out" in str(cmpe["DESCRIPTION"])
    assert cmpe.uid != chap.uid
    times = [each.trigger for each in cmpe.alarms.times]
    assert [f"{at:%Y-%m-%d %H:%M}" for at in times] == [
        "2027-07-04 09:30",
        "2027-10-02 09:30",
        "2027-11-01 09:30",
        "2027-12-01 09:30",
        "2027-12-17 09:30",
        "2027-12-24 09:30",
        "2027-12-30 09:30",
    ]


def test_what_is_printed_is_sure_and_what_is_done_reminds_of_nothing(knowledge: Knowledge) -> None:
    kept = sample()[0].kept
    now = stands("cmm", "2026-11-22", "2026-10-02 12", earned="2026-03-01", expires="2027-03-01")
    [event] = Calendar.from_ical(
        calendar_of(knowledge.wordings["en"], [replace(kept, standing=now)], OWNER, NOW)
    ).events
    assert (event.start, event["STATUS"], event.walk("VALARM")) == (date(2027, 3, 1), "CONFIRMED", [])
