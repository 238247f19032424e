"""Worked examples for each deep rule, as the facts page states the rules: what is asked, what counts, what is left."""

import pytest

from bot.mentoring.ce_cycles import Basis
from tests.fakes.ce_rules import stands

PERIODS = [
    # what, its certificate, today, first day, last day, basis
    ("cmm", {"earned": "2026-03-01"}, "2026-11-22", "2026-03-01", "2027-02-28", Basis.DERIVED),
    ("cmm", {"earned": "2026-03-01", "expires": "2027-03-01"}, "2026-11-22", "2026-03-02", "2027-03-01", Basis.PRINTED),
    ("cmm", {"expires": "2027-03-01"}, "2026-11-22", "2026-03-02", "2027-03-01", Basis.PRINTED),
    ("cmm", {"earned": "2024-02-29"}, "2025-02-27", "2024-02-29", "2025-02-27", Basis.DERIVED),
    ("cmm", {"earned": "2024-02-29"}, "2028-02-28", "2027-02-28", "2028-02-28", Basis.DERIVED),
    ("cmm", {"expires": "2027-03-01"}, "2027-03-02", "2027-03-02", "2028-03-01", Basis.DERIVED),
    ("cppm", {"month": 3}, "2026-11-22", "2025-03-02", "2027-03-01", Basis.DERIVED),
    ("cppm", {"month": 4}, "2026-11-22", "2026-04-02", "2028-04-01", Basis.DERIVED),
    ("cpc", {"month": 3, "expires": "2027-03-31"}, "2026-11-22", "2025-04-01", "2027-03-31", Basis.PRINTED),
    ("cmpe", {}, "2024-12-31", "2022-01-01", "2024-12-31", Basis.DERIVED),
    ("cmpe", {}, "2025-01-01", "2025-01-01", "2027-12-31", Basis.INFERRED),
    ("cmpe", {"earned": "2026-05-04"}, "2026-11-22", "2026-05-04", "2027-12-31", Basis.INFERRED),
    ("cmom", {"earned": "2026-03-01"}, "2026-11-22", "2026-03-01", "2027-12-31", Basis.DERIVED),
    ("cmom", {"earned": "2024-03-01"}, "2026-11-22", "2026-01-01", "2026-12-31", Basis.DERIVED),
    ("cmaa", {"earned": "2025-06-30"}, "2026-11-22", "2025-06-30", "2027-06-29", Basis.DERIVED),
    ("cma", {"earned": "2022-02-10"}, "2026-11-22", "2022-02-10", "2027-02-28", Basis.DERIVED),
    ("cma", {"earned": "2024-01-31"}, "2029-02-01", "2029-02-01", "2034-01-31", Basis.DERIVED),
    ("cma", {"expires": "2028-02-29"}, "2028-03-01", "2028-03-01", "2033-02-28", Basis.DERIVED),
    ("osha training", {"earned": "2026-03-01"}, "2026-11-22", "2026-03-01", "2027-03-01", Basis.DERIVED),
    ("osha training", {"earned": "2027-06-01"}, "2028-02-01", "2027-06-01", "2028-05-31", Basis.DERIVED),
    ("hipaa training", {"expires": "2027-01-10"}, "2026-11-22", "0001-01-01", "2027-01-10", Basis.PRINTED),
    ("chfp", {"earned": "2025-08-01"}, "2026-11-22", "2025-08-01", "2028-05-31", Basis.DERIVED),
    ("fache", {"earned": "2025-08-01"}, "2026-11-22", "2025-08-01", "2027-12-31", Basis.DERIVED),
]


@pytest.mark.parametrize("case", PERIODS, ids=lambda case: f"{case[0]} {case[2]} of {case[4]}")
def test_periods(case: tuple[str, dict[str, str | int], str, str, str, Basis]) -> None:
    name, given, today, first, last, basis = case
    cycle = stands(name, today, **given).cycle
    assert cycle is not None
    assert (str(cycle.first), str(cycle.last), cycle.basis) == (first, last, basis)


NOBODY_CAN_SAY = [
    ("cppm", {}),
    ("cmm", {}),
    ("hipaa training", {"earned": "2026-01-10"}),
    ("cmm", {"earned": "2027-01-01"}),
]


@pytest.mark.parametrize(("name", "given"), NOBODY_CAN_SAY)
def test_no_period_is_made_up(name: str, given: dict[str, str | int]) -> None:
    told = stands(name, "2026-11-22", **given)
    assert (told.cycle, told.count, told.days_left, told.pace) == (None, None, None, None)


ASKED = [
    ("cmm", {"earned": "2026-03-01"}, 1200),
    ("cppm", {"month": 3}, 3600),
    ("cppm", {"month": 3, "in_pool": 2}, 4000),
    ("cppm", {"month": 3, "in_pool": 3}, 4400),
    ("cppm", {"month": 3, "in_pool": 4}, 4800),
    ("cppm", {"month": 3, "in_pool": 9}, 5200),
    ("cmpe", {}, 5000),
    ("cmpe", {"earned": "2024-07-01"}, 5000),
    ("cmpe", {"earned": "2025-01-01"}, 5000),
    ("cmpe", {"earned": "2025-06-30"}, 5000),
    ("cmpe", {"earned": "2025-07-01"}, 4000),
    ("cmpe", {"earned": "2026-01-01"}, 3000),
    ("cmpe", {"earned": "2026-07-01"}, 2000),
    ("cmom", {"earned": "2024-03-01"}, 1200),
    ("cmaa", {"earned": "2025-06-30"}, 1000),
    ("cma", {"earned": "2022-02-10"}, 6000),
    ("osha training", {"earned": "2026-03-01"}, 100),
    ("hipaa training", {"expires": "2027-01-10"}, None),
    ("chap", {"earned": "2025-01-01"}, None),
    ("chap", {"earned": "2025-01-01", "own": 2400}, 2400),
    ("cmm", {"earned": "2026-03-01", "own": 2400}, 2400),
]


@pytest.mark.parametrize("case", ASKED, ids=lambda case: f"{case[0]} {case[1]}")
def test_what_is_asked(case: tuple[str, dict[str, str | int], int | None]) -> None:
    name, given, required = case
    told = stands(name, "2026-11-22", **given)
    assert told.required == required
    assert (told.count is None) == (required is None)


def test_who_came_in_the_third_year_owes_nothing_that_period() -> None:
    told = stands("cmpe", "2027-05-01", earned="2027-01-15")
    assert (told.required, told.is_complete, told.prorated) == (0, True, True)


COUNTED = """
cmm earned=2026-03-01 | 04-01 6; 05-01 1.25 | 725 475 |
cmm earned=2026-03-01 | 02-28 6; 05-01 1 | 100 1100 |
cppm month=3 | 04-01 30; 05-01 4 cppm | 3400 1200 | practice-management 400 1200
cppm month=3 | 04-01 36 management | 3600 0 | practice-management 3600 0
cmpe  | 04-01 50 | 2000 3000 | mgma 0 3000, live 0 1200, other 2000 0
cmpe  | 04-01 30 mgma; 04-02 20 | 5000 1200 | mgma 3000 0, live 0 1200, other 2000 0
cmpe  | 04-01 30 mgma live; 04-02 20 | 5000 0 | mgma 3000 0, live 3000 0, other 2000 0
cmom earned=2024-03-01 | 04-01 9; 04-02 6 core | 900 300 | core 600 300, other 300 0
cmom earned=2024-03-01 | 04-01 3; 04-02 9 core | 1200 0 | core 900 0, other 300 0
cma earned=2022-02-10 | 04-01 60 aama general | 6000 2000 | 0+1000/0+1000/6000+0/6000+0/0+0
cma earned=2022-02-10 | 04-01 20 aama admin clinical;04-02 10 aama general | 3000 3000 | 1000+0/1000+0/1000+0/3000+0/0+0
cma earned=2022-02-10 | 04-01 60 admin clinical general | 3000 3000 | 1000+0/1000+0/1000+0/0+3000/3000+0
chfp earned=2025-08-01 | 04-01 45; 04-02 15 hfma | 6000 500 | hfma 1500 500
fache earned=2025-08-01 | 04-01 30 ache virtual; 04-02 30 | 3600 1200 | in-person 0 1200, virtual 2400 0, other 1200 0
rhia earned=2025-08-01 | 04-01 20; 04-02 20 hiim | 2600 400 | domain 2000 400, other 600 0
"""
"""Certificate | courses of 2026: day, credits, words | hundredths that count and are left | the same of each part.
For the CMA: administrative / clinical / general / AAMA-approved / from elsewhere."""


@pytest.mark.parametrize("line", COUNTED.strip().splitlines())
def test_what_counts_and_what_is_left(line: str) -> None:
    holding, courses, whole, parts = (part.strip() for part in line.split("|"))
    name, *words = holding.split()
    given: dict[str, str | int] = {}
    for word in words:
        key, _, value = word.partition("=")
        given[key] = int(value) if value.isdecimal() else value
    told = stands(name, "2026-11-22", *(f"2026-{each.strip()}" for each in courses.split(";")), **given).count
    assert told is not None
    found = ", ".join(f"{each.part.id} {each.counted} {each.left}" for each in told.parts)
    assert parts in (found, "/".join(f"{each.counted}+{each.left}" for each in told.parts))
    assert f"{told.counted} {told.left}" == whole
    assert all(each.counted <= each.most for each in told.parts if each.most is not None)


def test_a_training_done_again_begins_a_new_year() -> None:
    told = stands("osha training", "2026-11-22", "2026-02-10 1", earned="2025-03-01")
    assert told.cycle is not None
    assert (str(told.cycle.first), str(told.cycle.last)) == ("2026-02-10", "2027-02-10")
    assert told.left == 100
    late = stands("osha training", "2026-11-22", earned="2025-03-01")
    assert late.cycle is not None
    assert (str(late.cycle.last), late.days_left) == ("2026-03-01", -266)


def test_the_pace_is_a_month_and_never_too_slow() -> None:
    told = stands("cmm", "2026-11-22", "2026-04-01 8", earned="2026-03-01")
    assert (told.left, told.days_left, told.pace) == (400, 98, 130)
    assert stands("cmm", "2027-02-20", "2026-04-01 8", earned="2026-03-01").pace == 400
    assert stands("cmm", "2026-11-22", "2026-04-01 12", earned="2026-03-01").pace is None


BEHIND = {"2026-04-01": False, "2026-05-30": False, "2026-07-15": True, "2027-02-28": True}


@pytest.mark.parametrize("today", BEHIND)
def test_falling_behind_is_seen_early_but_not_at_once(today: str) -> None:
    assert stands("cmm", today, earned="2026-03-01").is_behind is BEHIND[today]
    assert not stands("cmm", today, "2026-03-10 12", earned="2026-03-01").is_behind
