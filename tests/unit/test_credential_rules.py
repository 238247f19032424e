"""The language of credential rules: every fault of a rule is told at its file and line, and the shipped rules say what
their sources say.
"""

from decimal import Decimal
from pathlib import Path

import pytest

from content.credentials import Anchor, CredentialRule
from content.library import PACKS, load_pack
from content.sourced import Label
from tests.fakes.sample_pack import load_faults, only, spoil, write_pack

DEEP = {
    "pahcom-cmm": ("PAHCOM", 12, 12, Anchor.ANNIVERSARY),
    "aapc-cppm": ("AAPC", 36, 24, Anchor.MEMBERSHIP_MONTH),
    "aapc-cpc": ("AAPC", 36, 24, Anchor.MEMBERSHIP_MONTH),
    "mgma-cmpe": ("ACMPE (MGMA)", 50, 36, Anchor.COMMON_BLOCK),
    "pmi-cmom": ("Practice Management Institute", 12, 12, Anchor.CALENDAR_YEAR),
    "nha-cmaa": ("NHA", 10, 24, Anchor.ANNIVERSARY),
    "aama-cma": ("AAMA", 60, 60, Anchor.MONTH_END),
    "osha-bloodborne": ("OSHA, 29 CFR 1910.1030", 1, 12, Anchor.LAST_DONE),
    "hipaa-training": ("45 CFR 164.530(b) and 164.308(a)(5)", None, None, Anchor.OWN),
    "ahcap-chap": ("AHCAP", None, 36, Anchor.ANNIVERSARY),
}


@pytest.fixture(scope="module")
def rules() -> dict[str, CredentialRule]:
    return {rule.id: rule for rule in load_pack(PACKS / "medical_office_manager" / "en").credentials}


@pytest.fixture
def rule_file(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "sample" / "en") / "credentials" / "sample-card.yaml"


@pytest.mark.parametrize("name", DEEP)
def test_the_shipped_rules_say_what_the_facts_page_says(rules: dict[str, CredentialRule], name: str) -> None:
    issuer, amount, months, anchor = DEEP[name]
    rule = rules[name]
    required = rule.required.amount if rule.required else None
    assert (rule.issuer, required, rule.cycle.months, rule.cycle.anchor) == (issuer, amount, months, anchor)


def test_the_least_and_most_of_parts(rules: dict[str, CredentialRule]) -> None:
    found = {
        (rule.id, part.id): (part.least and part.least.amount, part.most and part.most.amount)
        for rule in rules.values()
        for part in rule.parts()
        if part.least or part.most
    }
    assert len(found) >= 20
    expected = {
        ("aapc-cppm", "practice-management"): (16, None),
        ("mgma-cmpe", "mgma"): (30, None),
        ("mgma-cmpe", "live"): (12, None),
        ("mgma-cmpe", "other"): (None, 20),
        ("pmi-cmom", "core"): (9, None),
        ("pmi-cmom", "other"): (None, 3),
        ("aama-cma", "administrative"): (10, None),
        ("aama-cma", "aama"): (30, None),
        ("aama-cma", "elsewhere"): (None, 30),
        ("ache-fache", "in-person"): (12, None),
        ("ache-fache", "virtual"): (None, 24),
        ("hfma-chfp", "hfma"): (20, None),
    }
    assert {key: found[key] for key in expected} == expected


def test_nothing_is_called_confirmed_and_every_rule_says_when_it_was_read(rules: dict[str, CredentialRule]) -> None:
    sources = [source for rule in rules.values() for source in rule.sources.values()]
    assert len(rules) >= 17
    assert len(sources) >= 30
    assert {source.label for source in sources} == {Label.READ, Label.THIRD_PARTY}
    assert all(source.date for source in sources)
    assert all(rule.read_on.year == 2026 for rule in rules.values())


def test_an_unknown_number_is_null_and_never_zero(rule_file: Path) -> None:
    line = spoil(rule_file, "  amount: '12'", "  amount: '0'")
    assert only(load_faults(rule_file.parents[1]), rule_file, line, "more than 0", "null")


FAULTS = {
    "a number without a source": ("  said_by:\n  - page\n", "  said_by: []\n", 0, "at least 1"),
    "a source that is not there": ("  - page\n", "  - pag\n", 0, "`pag`"),
    "a label that is none": ("label: read", "label: sure", 0, "must be"),
    "no label": ("    label: read\n", "", None, "label"),
    "an anchor that is none": ("anchor: anniversary", "anchor: birthday", 0, "must be"),
    "a unit that is none": ("unit: ceu", "unit: stars", 0, "must be"),
    "a day that is none": ("read_on: '2026-11-22'", "read_on: last week", 0, "2026-11-30"),
    "an unknown field": ("short: Card", "shrot: Card", None, "short"),
    "a second place for the rest": ("- id: live", "- otherwise: 'true'\n    id: live", None, "exactly one"),
    "a least that is over the whole": ("amount: '4'", "amount: '13'", None, "more than the 12"),
    "two parts of one word": ("id: rest", "id: live", 0, "`live`"),
    "a reading that the default does not meet": ("amount: '24'", "amount: '36'", None, "does not meet"),
    "a block without its first day": ("anchor: anniversary", "anchor: common-block", None, "first_day"),
    "a year and a half": ("anniversary\n  months: '12'", "calendar-year\n  months: '18'", None, "whole years"),
    "a pool without totals": ("unit: ceu", "unit: ceu\npool: sample", None, "go together"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_is_told_at_its_file(rule_file: Path, name: str) -> None:
    old, new, below, says = FAULTS[name]
    line = spoil(rule_file, old, new)
    faults = load_faults(rule_file.parents[1])
    told = [fault for fault in faults if says in fault.says]
    assert told, faults
    assert {fault.path for fault in faults} == {str(rule_file)}
    if below is not None:
        assert told[0].line == line + below


def test_two_credentials_may_not_answer_to_one_word(rule_file: Path) -> None:
    other = rule_file.with_name("other-card.yaml")
    other.write_text(rule_file.read_text().replace("sample-card", "other-card"))
    told = [fault.says for fault in load_faults(rule_file.parents[1])]
    assert any("`card`" in says and "other-card.yaml" in says for says in told), told


def test_the_default_meets_every_reading_that_may_hold(rules: dict[str, CredentialRule]) -> None:
    checked = 0
    for rule in rules.values():
        for reading in (reading for conflict in rule.conflicts for reading in conflict.readings):
            if reading.superseded or reading.amount is None or reading.months is None:
                continue
            assert rule.required is not None
            assert rule.cycle.months is not None
            assert rule.required.amount / rule.cycle.months >= Decimal(reading.amount) / reading.months
            checked += 1
    assert checked >= 5
