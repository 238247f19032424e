"""The checker's careful eye: each kind of fault is found in a pack that loads, at its file and line."""

from pathlib import Path

import pytest

from content.check import Limits, check
from content.library import load_pack
from tests.fakes.sample_pack import check_faults, only, spoil, write_pack

ANSWER = "You can. Ask your lead first, then type `done`."
HARD = (
    "Organizational responsibilities necessitate comprehensive interdisciplinary collaboration, notwithstanding "
    "considerable administrative complexity. Individuals demonstrating extraordinary professionalism consistently "
    "accommodate unanticipated contingencies throughout extended institutional reorganizations, irrespective of "
    "contemporaneous operational difficulties."
)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "sample" / "en")


@pytest.fixture
def answer(pack: Path) -> Path:
    return pack / "faq/question-1.md"


def test_the_sample_pack_has_no_fault(pack: Path) -> None:
    assert check_faults(pack) == []


@pytest.mark.parametrize(
    ("command", "exists"),
    [
        ("home", True),
        ("step 3", True),
        ("done a-17", True),
        ("/mentor home", True),
        ("coach", True),
        ("coach pause 2026-12-20", True),
        ("cohort", False),
        ("coach pauze", False),
        ("pause", False),
        ("ce log", False),
    ],
)
def test_a_command_in_backticks_must_exist(pack: Path, answer: Path, command: str, *, exists: bool) -> None:
    line = spoil(answer, "type `done`.", f"rest a bit.\n\nThen type `{command}`.") + 2
    faults = check_faults(pack)
    assert faults == [] if exists else only(faults, answer, line, f"`{command}`")


def test_a_command_that_is_almost_right_brings_the_right_one(pack: Path, answer: Path) -> None:
    line = spoil(answer, "`done`", "`doen`")
    assert only(check_faults(pack), answer, line, "did you mean `done`?")


def test_a_command_with_words_it_does_not_take_is_told_apart(pack: Path, answer: Path) -> None:
    line = spoil(answer, "`done`", "`coach pauze`")
    assert only(check_faults(pack), answer, line, "`coach` takes no `pauze`")


def test_without_commands_none_is_checked(pack: Path, answer: Path) -> None:
    spoil(answer, "`done`", "`whatever`")
    assert check(load_pack(pack), pack, commands=None, limits=Limits()) == []


def test_a_text_too_long_for_a_platform_is_measured_by_the_limits_handed_in(pack: Path, answer: Path) -> None:
    line = spoil(answer, "What is thing 1?", f"What is {'thing ' * 20}?")
    assert only(check_faults(pack), answer, line, "at most 75")
    assert check_faults(pack, Limits(button=400)) == []
    assert len(check_faults(pack, Limits(button=400, section=10))) > 20


def test_an_ampersand_counts_as_it_is_sent(pack: Path) -> None:
    path = pack / "resources.yaml"
    line = spoil(path, "title: Heading 0", f"title: {'R&' * 15}")  # 30 characters, and 90 as &amp;
    assert only(check_faults(pack), path, line, "has 90 characters")


@pytest.mark.parametrize(
    ("sentence", "credential"),
    [
        ("PAHCOM grants the CMM.", None),
        ("Ask PAHCOM about the CMM, and AHCAP about the cHAP.", None),
        ("The Healthcare Administrative Professionals grant the cHAP.", None),
        ("The CMM takes a year. AHCAP is elsewhere.", None),
        ("A chap told me about PAHCOM.", None),
        ("The CHAP program checks home care, and PAHCOM does not.", None),
        ("PAHCOM and CMMX are words.", None),
        ("Read [the cHAP page](https://pahcom.example.org) first.", None),
        ("PAHCOM grants the CMM and the cHAP.", "cHAP"),
        ("The **cHAP** comes from PAHCOM.", "cHAP"),
        ("See the CMM page, says AHCAP!", "CMM"),
        ("The CMM is one. The cHAP is from\nPAHCOM, they say.", "cHAP"),
    ],
)
def test_a_credential_beside_an_issuer_needs_its_own(
    pack: Path, answer: Path, sentence: str, credential: str | None
) -> None:
    line = spoil(answer, ANSWER, f"You can.\n\n- {sentence}") + 2
    faults = check_faults(pack)
    assert only(faults, answer, line, f"names {credential} beside") if credential else faults == []


@pytest.mark.parametrize("words", ["streak", "Streaks", "HIPAA compliant", "hipaa  compliant", "**HIPAA** compliant"])
def test_a_word_never_said_is_found_in_any_text(pack: Path, answer: Path, words: str) -> None:
    line = spoil(answer, ANSWER, f"You can.\n\nKeep a {words}.") + 2
    assert only(check_faults(pack), answer, line if "**" not in words else line - 2, "which no text here may hold")


def test_a_word_never_said_is_found_in_phrasings_and_steps_too(pack: Path, answer: Path) -> None:
    asked = spoil(answer, "thing 1 asked in way 3", "how long is my streak")
    assert only(check_faults(pack), answer, asked, "'streak'")
    spoil(answer, "how long is my streak", "thing 1 asked in way 3")
    path = pack / "steps/4-step.yaml"
    line = spoil(path, "List two parts.", "Keep a streak.")
    assert only(check_faults(pack), path, line, "'streak'")
    spoil(path, "Keep a streak.", "Keep mainstreaks going.")
    assert check_faults(pack) == []


def test_a_hard_answer_is_graded_and_plain_words_are_not(pack: Path, answer: Path) -> None:
    line = spoil(answer, ANSWER, HARD)
    assert only(check_faults(pack), answer, line, "grade", "at most 8")
    spoil(answer, HARD, HARD.partition(". ")[0] + ".")
    assert only(check_faults(pack), answer, line, "grade")
    spoil(answer, HARD.partition(". ")[0] + ".", "You can do it. Ask your lead what comes next. " * 6)
    assert check_faults(pack) == []


def test_an_action_is_graded_as_one_text(pack: Path) -> None:
    path = pack / "steps/2-step.yaml"
    line = spoil(path, "  how: Use one sheet. Ask a friend to look at it.", f"  how: {HARD}") - 3
    assert only(check_faults(pack), path, line, "grade")


def test_names_and_trade_terms_do_not_count_against_the_writer(pack: Path, answer: Path) -> None:
    hard = "Your administration knows the Healthcare Administrative Professionals, so ask the administration. "
    line = spoil(answer, ANSWER, hard * 4)
    assert check_faults(pack) == []
    spoil(pack / "terms.yaml", "- administration", "- nothing")
    assert only(check_faults(pack), answer, line, "grade")


def test_lists_links_and_commands_do_not_make_a_text_harder(pack: Path, answer: Path) -> None:
    link = "[this page](https://example.org/extraordinarily/complicated/administrative/responsibilities)"
    items = [
        f"Read {link} and see what fits",
        "Ask your lead for a time to talk",
        "Type `coach pause 2026-12-20` to rest",
    ]
    spoil(answer, ANSWER, "\n".join(f"- {item}" for item in items * 3))
    assert check_faults(pack) == []


def test_a_source_that_names_nobody_is_found(pack: Path, answer: Path) -> None:
    line = spoil(answer, "- name: Sample guide", "- name: T.B.D.")
    assert only(check_faults(pack), answer, line, "names nobody")


def test_a_phrasing_in_two_entries_is_found_whatever_its_dress(pack: Path, answer: Path) -> None:
    line = spoil(answer, "thing 1 asked in way 3", '"Thing-2, ASKED in  way 3?"')
    other = pack / "faq/question-2.md"
    faults = check_faults(pack)
    assert only(faults, other, line, f"{answer}:{line}")


def test_a_phrasing_like_anothers_question_is_found_and_like_its_own_is_not(pack: Path, answer: Path) -> None:
    spoil(answer, "thing 1 asked in way 3", "what is thing 1")
    assert check_faults(pack) == []
    spoil(answer, "what is thing 1", "what is thing 2")
    assert len(check_faults(pack)) == 1


def test_a_phrasing_of_an_outside_reply_counts_too(pack: Path, answer: Path) -> None:
    spoil(answer, "thing 1 asked in way 3", "a law question asked in way 4")
    assert [fault.path for fault in check_faults(pack)] == [str(pack / "outside/law.md")]


@pytest.mark.parametrize(("part", "kind"), [("suggestions.yaml", "suggestions"), ("practices.yaml", "practices")])
def test_a_step_needs_as_many_ideas_as_the_longest_gap_has_weeks(pack: Path, part: str, kind: str) -> None:
    line = spoil(pack / part, "gap_weeks: 4", "gap_weeks: 6")
    faults = check_faults(pack)
    assert len(faults) == 7
    assert {(fault.path, fault.line) for fault in faults} == {(str(pack / part), line)}
    assert f"step 1 has 4 {kind}" in faults[0].says
    assert "add 2 for step 1" in faults[0].says


def test_a_step_without_any_idea_is_named(pack: Path) -> None:
    path = pack / "suggestions.yaml"
    for _ in range(4):
        spoil(path, "  - 7\n", "")
    assert only(check_faults(pack), path, 1, "step 7 has 0 suggestions")


@pytest.mark.parametrize(
    "mark",
    ["# Big", "1. First", "* Item", "| a | b |", "> said", "![cat](https://x.org/c.png)", "a <b>bold</b>", "[x](/y)"],
)
def test_marks_that_no_platform_draws_are_found(pack: Path, answer: Path, mark: str) -> None:
    line = spoil(answer, ANSWER, f"You can.\n\n{mark}") + 2
    assert only(check_faults(pack), answer, line)


@pytest.mark.parametrize("mark", ["Some **bold words.", "Some `done words."])
def test_marks_that_are_never_closed_are_found(pack: Path, answer: Path, mark: str) -> None:
    line = spoil(answer, ANSWER, f"You can.\n\n{mark}") + 2
    assert only(check_faults(pack), answer, line, "never closed")
