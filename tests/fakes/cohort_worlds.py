"""Cohorts out of a seeded dice box, worlds that differ in one thing nobody shares, and all that others are shown."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from bot.mentoring.cohort_batches import Sharer, settle
from bot.mentoring.cohort_comparing import compare
from bot.mentoring.cohort_csv import csv_of
from bot.mentoring.cohort_dates import Held
from bot.mentoring.cohort_rows import COUNTED, Facts, Shared, has, place_of, shown
from bot.mentoring.cohort_trend import NOWHERE, Counted, Moves, Past, Week, of_place, trend
from bot.mentoring.cohort_view import Batch, Cohorts, View, project
from bot.mentoring.cohort_words import ON_A_PAGE, digest_message, view_message
from bot.mentoring.open_hours import Leave
from bot.mentoring.stages import stage_of
from content.wording import Wording

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
ZONES = ("America/New_York", "Pacific/Auckland", "America/Los_Angeles")
NAMES = (("CMPE", "CPC"), ("CMM", "CMAA"))
"""Without a printed date, and with one."""
OUTCOMES = ("enrolled", "kept", "passed", "promoted")
PLACES = (("", ""), ("North", "Gate"), ("North", "Hill"), ("South", "Mill"))
Project = Callable[[Cohorts, datetime], View]
Weeks = Callable[[Cohorts], Sequence[Sequence[Week]]]


@dataclass(frozen=True)
class Change:
    """One change of stage, as the database has it."""

    member_id: int
    at: datetime
    before: int | None
    after: int | None


def days_ago(dice: Random, most: int) -> datetime:
    return NOW - timedelta(days=dice.randrange(most), minutes=dice.randrange(600))


def private(dice: Random, field: Shared) -> dict[str, Any]:
    """Whatever may lie behind one field."""
    match field:
        case Shared.STEP:
            at = dice.choice([None, days_ago(dice, 20)])
            return {
                "step": dice.choice([None, *range(1, 8)]),
                "stage_before": dice.choice([None, 1, 2, 3, 4, 5]),
                "stage_moved_at": at,
            }
        case Shared.ACTIONS:
            return {"actions": dice.randrange(9)}
        case Shared.ACTIVITY:
            leave = Leave(None, date(2026, 11, 1) + timedelta(days=dice.randrange(60)))
            return {
                "last_active_at": days_ago(dice, 120),
                "every_weeks": dice.choice([1, 2]),
                "leave": dice.choice([None, leave]),
                "milestones": dice.choice([(), (date(2026, 10, 1),), (date(2027, 1, 1),)]),
            }
        case Shared.OUTCOMES:
            return {"outcomes": tuple(sorted(dice.sample(OUTCOMES, dice.randrange(5))))}
        case Shared.CE:
            return {"certificates": (*held(dice, is_printed=True), *held(dice, is_printed=False))}
        case Shared.PLACE:
            region, site = dice.choice(PLACES)
            return {"region": region, "site": site}


def held(dice: Random, *, is_printed: bool) -> tuple[Held, ...]:
    """Certificates that end from two days ago to three months ahead, many of them within the next week."""
    names = dice.sample(NAMES[is_printed], dice.randrange(3))
    days = (dice.choice((dice.randrange(-2, 9), dice.randrange(90))) for _ in names)
    return tuple(
        Held(name, NOW.date() + timedelta(days=ahead), is_printed, dice.random() < 0.3)
        for name, ahead in zip(names, days, strict=True)
    )


def person(dice: Random, number: int) -> Facts:
    shares = frozenset(field for field in Shared if dice.random() < 0.7)
    since = days_ago(dice, 60) if Shared.STEP in shares else None
    name = dice.choice(("", f"Sample {number}", "<b>Sample</b>"))
    facts = Facts(number, f"U{number}", shares, ZoneInfo(dice.choice(ZONES)), name, step_since=since)
    for field in Shared:
        facts = replace(facts, **private(dice, field))
    return facts


def world(dice: Random) -> Cohorts:
    """A cohort of up to two dozen people, counted as they would be."""
    people = [person(dice, number) for number in range(1, dice.choice((2, 5, 7, 12, 24)))]
    if dice.random() < 0.2:
        people.append(replace(person(dice, 30), shares=frozenset()))
    invited = frozenset(dice.sample(range(1, 40), dice.randrange(8)))
    return counted(Cohorts(7, "Sample learners", people, invited=invited, is_locked=dice.random() < 0.2))


def counted(known: Cohorts) -> Cohorts:
    """The same, with the batches that its first view makes."""
    batches = [
        Batch(field, frozenset(new.members), *new.place)
        for field in COUNTED
        for new in settle(sharers(known.people, field), {}).new
    ]
    return replace(known, batches=batches)


def sharers(people: Sequence[Facts], field: Shared) -> list[Sharer]:
    return [
        Sharer(each.member_id, each.member_id % 3 == 0, place=place_of(each)) for each in people if has(each, field)
    ]


def twin(dice: Random, known: Cohorts) -> tuple[Cohorts, int] | None:
    """A world that differs in something one member does not share, and who that is; None where there is nothing."""
    if not known.people:
        return None
    place = dice.choice((dice.randrange(len(known.people)), -1)) % len(known.people)
    one = known.people[place]
    hidden = [field for field in Shared if field not in one.shares]
    ways: list[Facts | None] = [replace(one, **private(dice, field)) for field in hidden]
    if Shared.CE in one.shares and any(not each.is_printed for each in one.certificates):
        printed = tuple(each for each in one.certificates if each.is_printed)
        ways.append(replace(one, certificates=(*printed, *held(dice, is_printed=False))))
    if one.step and one.step >= 5:
        ways.append(replace(one, step=dice.choice([step for step in (5, 6, 7) if step != one.step])))
    if shown(one, NOW).is_empty:
        ways.append(replace(one, name="Another sample"))
    if not any(has(one, field) for field in one.shares):
        ways += [None] * max(1, len(ways))  # declined, not shared, no data
    if not ways:
        return None
    other = dice.choice(ways)
    people = [*known.people[:place], *((other,) if other else ()), *known.people[place + 1 :]]
    return counted(replace(known, people=people)), one.member_id


def changes_of(known: Cohorts) -> Sequence[Change]:
    """Each one's last change, as the database has it, whether it is shared or not."""
    return [
        Change(each.member_id, each.stage_moved_at, each.stage_before, stage_of(each.step))
        for each in known.people
        if each.stage_moved_at is not None
    ]


def past_of(known: Cohorts, changes: Sequence[Change]) -> Past:
    """The weeks behind a world."""
    since = {each.member_id: each.step_since for each in known.people if each.step_since is not None}
    return [
        Counted(
            len(batch.members),
            max(since[member] for member in batch.members),
            [moves(each) for each in changes if each.member_id in batch.members],
            batch.region,
            batch.site,
        )
        for batch in known.batches
        if batch.field is Shared.STEP
    ]


def moves(change: Change) -> Moves:
    """A week in which somebody made this change alone."""
    return Moves(change.at, change.before or NOWHERE, change.after or NOWHERE, 1)


def weeks(known: Cohorts, changes: Callable[[Cohorts], Sequence[Change]] = changes_of) -> Sequence[Sequence[Week]]:
    """The progress over weeks, of all and of each place."""
    whole = past_of(known, changes(known))
    parts = [whole, *(of_place(whole, *place) for place in sorted({(each.region, each.site) for each in whole}))]
    return [trend(each, NOW) for each in parts]


def outputs(say: Wording, known: Cohorts, hidden: int, using: Project = project) -> Mapping[str, object]:
    """All that anybody but one member is shown: every page of the chat, the digest, the file, the progress over weeks,
    others' `privacy`.
    """
    view = using(known, NOW)
    pages = range(1, len(known.people) // ON_A_PAGE + 2)
    return {
        "chat": [view_message(say, view, page) for page in pages],
        "digest": digest_message(say, view),
        "file": csv_of(say, view),
        "pages": (view.whole, view.regions, view.sites, view.counted, view.invited),
        "weeks": weeks(known),
        "side by side": compare([view, view]),
        "privacy": [shown(each, NOW) for each in known.people if each.member_id != hidden],
    }
