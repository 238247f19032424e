"""What must fit between the files of a pack: ids, step numbers, placement rules, the ending, the private job search."""

from pathlib import Path

import pytest

from tests.fakes.sample_pack import load_faults, only, spoil, write_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "sample" / "en")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("steps/2-step.yaml", "id: action-2-0", "id: action-1-0"),
        ("steps/2-step.yaml", "id: milestone-2", "id: action-1-0"),
        ("steps/7-step.yaml", "id: milestone-7", "id: action-1-0"),
        ("suggestions.yaml", "id: idea-3", "id: idea-0"),
        ("resources.yaml", "id: heading-4", "id: heading-0"),
        ("resources.yaml", "id: page-4-4", "id: page-0-0"),
        ("placement.yaml", "id: asked-5", "id: asked-1"),
    ],
)
def test_an_id_taken_twice_is_named_where_it_comes_second(pack: Path, file: str, old: str, new: str) -> None:
    line = spoil(pack / file, old, new)
    assert only(load_faults(pack), pack / file, line, f"`{new.removeprefix('id: ')}`", "is taken", ":")


def test_a_practice_and_an_action_share_their_ids(pack: Path) -> None:
    line = spoil(pack / "practices.yaml", "id: practice-2", "id: action-5-5")
    assert only(load_faults(pack), pack / "practices.yaml", line, "5-step.yaml")


def test_an_outside_reply_and_an_answer_share_their_ids(pack: Path) -> None:
    (pack / "outside/law.md").rename(pack / "outside/question-1.md")
    line = spoil(pack / "outside/question-1.md", "id: law", "id: question-1")
    assert only(load_faults(pack), pack / "outside/question-1.md", line, "is taken")


def test_see_also_must_exist_and_lead_elsewhere(pack: Path) -> None:
    path = pack / "faq/question-1.md"
    line = spoil(path, "- question-2", "- question-9")
    assert only(load_faults(pack), path, line, "`question-9`")
    spoil(path, "- question-9", "- question-1")
    assert only(load_faults(pack), path, line, "itself")


def test_an_entry_is_named_like_its_file(pack: Path) -> None:
    path = pack / "outside/law.md"
    line = spoil(path, "id: law", "id: lawyer")
    assert only(load_faults(pack), path, line, "file's name")


def test_an_entry_whose_own_file_has_faults_still_counts_as_there(pack: Path) -> None:
    path = pack / "faq/question-2.md"
    line = spoil(path, "step: 1", "step: 9")
    assert only(load_faults(pack), path, line, "`step`")


def test_placement_rules_name_questions_and_choices_that_exist(pack: Path) -> None:
    path = pack / "placement.yaml"
    line = spoil(path, "asked-0:\n", "asked-9:\n")
    assert only(load_faults(pack), path, line, "no placement question `asked-9`")
    spoil(path, "asked-9:\n", "asked-0:\n")
    line = spoil(path, "    - 'yes'\n  because", "    - maybe\n  because")
    assert only(load_faults(pack), path, line, "no choice `maybe`", "`yes`, `no`")


def test_a_question_has_each_choice_once(pack: Path) -> None:
    path = pack / "placement.yaml"
    line = spoil(path, "id: 'no'", "id: 'yes'")
    assert only(load_faults(pack), path, line, "twice")


def test_each_step_has_one_file(pack: Path) -> None:
    (pack / "steps/3-step.yaml").unlink()
    assert all(fault.path == str(pack / "steps") for fault in load_faults(pack))
    assert any("step 3" in fault.says for fault in load_faults(pack))


def test_a_step_number_taken_twice_is_named(pack: Path) -> None:
    path = pack / "steps/3-step.yaml"
    line = spoil(path, "number: 3", "number: 2")
    says = [fault.says for fault in load_faults(pack) if (fault.path, fault.line) == (str(path), line)]
    assert any("begin the file's name with `2-`" in sentence for sentence in says)


def test_exactly_one_milestone_ends_the_programme(pack: Path) -> None:
    path = pack / "steps/2-step.yaml"
    line = spoil(path, "  usual: a year\n", "  usual: a year\n  ends_programme: true\n") + 1
    other = pack / "steps/6-step.yaml"
    assert only(load_faults(pack), other, spoil(other, "ends_programme: true", "ends_programme: true"), "second")
    spoil(other, "  ends_programme: true\n", "")
    assert load_faults(pack) == []
    assert line > 1
    spoil(path, "  ends_programme: true\n", "")
    assert only(load_faults(pack), pack / "steps", 1, "ends_programme")


def test_a_job_search_is_never_shareable(pack: Path) -> None:
    path = pack / "steps/6-step.yaml"
    line = spoil(path, "  shareable: false\n", "") - 11
    assert only(load_faults(pack), path, line, "job search", "shareable: false")
