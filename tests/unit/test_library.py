"""Reading packs: every fault at once, at its file and line, in words for an editor; and finding packs by language."""

from pathlib import Path

import pytest

from content.faults import ContentFault, Fault
from content.library import Library, load_library, load_pack
from tests.fakes.sample_pack import load_faults, only, spoil, write_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return write_pack(tmp_path / "sample" / "en")


def test_the_sample_pack_loads_whole(pack: Path) -> None:
    loaded = load_pack(pack)
    assert (len(loaded.steps), len(loaded.practices), len(loaded.faqs), len(loaded.outside)) == (7, 4, 2, 1)
    assert [step.number for step in loaded.steps] == list(range(1, 8))
    assert loaded.faqs[0].answer == "You can. Ask your lead first, then type `done`."
    assert loaded.faqs[0].sources[0].date == "2024"


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (
            "steps/1-step.yaml",
            "  do: Draw a map of your day.\n",
            f"  do: {'word ' * 26}\n",
            ("first entry, `do`", "26 words", "20"),
        ),
        ("steps/2-step.yaml", "minutes: 15", "minutes: 45", ("`minutes`", "at most 30")),
        ("steps/2-step.yaml", "minutes: 15", "minutes: soon", ("`minutes`", "whole number")),
        ("steps/2-step.yaml", "permission: none", "permission: boss", ("'none' or 'manager'",)),
        ("steps/2-step.yaml", "permission: none", "permision: none", ("did you mean `permission`",)),
        ("steps/3-step.yaml", "url: https://example.org\n", "url: example.org\n", ("web address",)),
        ("steps/3-step.yaml", "id: action-3-0", "id: Action 3", ("small letters",)),
        ("steps/3-step.yaml", "title: A big thing", "title:", ("is empty",)),
        ("steps/3-step.yaml", "shareable: true", "shareable: perhaps", ("true or false",)),
        ("practices.yaml", "gap_weeks: 4", "gap_weeks: 3", ("first entry, `gap_weeks`", "at least 4")),
        ("placement.yaml", "text: 'Yes'", f"text: {'x' * 71}", ("at most 70 characters",)),
        ("suggestions.yaml", "kind: habit", "kind: hobby", ("'association'", "'habit'")),
        ("faq/question-1.md", "step: 1", "step: 9", ("`step`", "at most 7", "'bot'")),
        ("faq/question-1.md", "  label: read", "  label: rumour", ("'third-party'",)),
        ("pack.yaml", "version: 1.0.0", "version: '1.0'", ("1.0.0",)),
        ("pack.yaml", "career: sample manager", "carreer: sample manager", ("did you mean `career`",)),
        ("terms.yaml", "never:", "newer:", ("did you mean `never`",)),
    ],
)
def test_a_wrong_field_is_named_at_its_line(pack: Path, file: str, old: str, new: str, words: tuple[str, ...]) -> None:
    line = spoil(pack / file, old, new)
    found = [fault for fault in load_faults(pack) if "is missing" not in fault.says]
    assert only(found, pack / file, line, *words)


def test_a_missing_field_is_named_at_its_entry(pack: Path) -> None:
    path = pack / "steps/1-step.yaml"
    line = spoil(path, "  evidence: A map.\n", "")
    entry = line - 5  # the entry begins with its id, five lines above
    assert only(load_faults(pack), path, entry, "first entry", "`evidence` is missing")


def test_an_empty_source_and_an_undated_confirmation_are_named(pack: Path) -> None:
    path = pack / "faq/question-2.md"
    line = spoil(path, "- name: Sample guide", "- name: ''")
    assert only(load_faults(pack), path, line, "sources, first entry, `name`", "empty")
    spoil(path, "- name: ''", "- name: Sample guide")
    line = spoil(path, "label: read\n  date: '2024'", "label: confirmed\n  date: undated") - 2
    assert only(load_faults(pack), path, line, "confirmed", "2026-11-30")


def test_a_list_with_too_few_entries_is_counted(pack: Path) -> None:
    path = pack / "faq/question-2.md"
    line = spoil(path, "- thing 2 asked in way 14\n", "") - 15
    assert only(load_faults(pack), path, line, "`phrasings`", "has 14 entries", "at least 15")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("steps/1-step.yaml", "title: Sample step 1", "title: Sample: step: 1", "': '"),
        ("steps/1-step.yaml", "title: Sample step 1", "title: \x07", "control character"),
        ("suggestions.yaml", "kind: habit", "kind: habit\n  kind: event", "second time"),
        ("suggestions.yaml", "- id: idea-1", "- &again\n  id: idea-1", ""),
        ("terms.yaml", "- manager", "- manager\n\t- more", "tab"),
        ("terms.yaml", "- manager", '- "manager', "unclosed quote"),
    ],
)
def test_what_yaml_cannot_read_is_one_fault_near_its_line(
    pack: Path, file: str, old: str, new: str, words: str
) -> None:
    line = spoil(pack / file, old, new)
    faults = load_faults(pack)
    if not words:  # an anchor nobody uses does no harm
        assert faults == []
        return
    assert [fault.path for fault in faults] == [str(pack / file)], "\n".join(map(str, faults))
    assert faults[0].line in (line, line + 1)
    assert words in faults[0].says


def test_an_entry_used_again_by_reference_is_refused(pack: Path) -> None:
    path = pack / "faq/question-1.md"
    spoil(path, "- thing 1 asked in way 0", "- &one thing 1 asked in way 0")
    line = spoil(path, "- thing 1 asked in way 3", "- *one") - 3
    assert any(fault.line == line and "write the text out" in fault.says for fault in load_faults(pack))


def test_bytes_that_are_no_utf8_are_placed(pack: Path) -> None:
    path = pack / "practices.yaml"
    path.write_bytes(b"- id: one\n  title: caf\xe9\n")
    assert only(load_faults(pack), path, 2, "UTF-8")


def test_words_that_yaml_takes_for_something_else_stay_text(pack: Path) -> None:
    spoil(pack / "faq/question-1.md", "- thing 1 asked in way 0", "- no")
    spoil(pack / "faq/question-1.md", "- thing 1 asked in way 1", "- 2024-05-01")
    assert load_pack(pack).faqs[0].phrasings[:2] == ("no", "2024-05-01")


def test_files_that_are_missing_empty_or_unknown_are_named(pack: Path) -> None:
    (pack / "terms.yaml").unlink()
    (pack / "resources.yaml").write_text("# nothing yet\n")
    (pack / "sugestions.yaml").write_text("[]\n")
    (pack / "faq/notes.txt").write_text("x")
    (pack / ".DS_Store").write_text("x")
    assert {(Path(fault.path).name, fault.line) for fault in load_faults(pack)} == {
        ("terms.yaml", 1),
        ("resources.yaml", 1),
        ("sugestions.yaml", 1),
        ("notes.txt", 1),
    }


def test_markdown_without_front_matter_says_what_to_add(pack: Path) -> None:
    path = pack / "faq/question-1.md"
    path.write_text("Just an answer.\n")
    assert only(load_faults(pack), path, 1, "`---`")


def test_an_answer_that_is_empty_is_placed_below_the_front_matter(pack: Path) -> None:
    path = pack / "faq/question-1.md"
    spoil(path, "\nYou can. Ask your lead first, then type `done`.\n", "")
    assert only(load_faults(pack), path, len(path.read_text().splitlines()) + 1, "`answer`", "empty")


def test_every_fault_of_every_file_comes_at_once(pack: Path) -> None:
    spoil(pack / "steps/1-step.yaml", "minutes: 15", "minutes: 45")
    spoil(pack / "practices.yaml", "gap_weeks: 4", "gap_weeks: 3")
    spoil(pack / "faq/question-1.md", "- question-2", "- nowhere")
    spoil(pack / "terms.yaml", "never:", "never: [")
    files = [Path(fault.path).name for fault in load_faults(pack)]
    assert files == ["question-1.md", "practices.yaml", "1-step.yaml", "terms.yaml"]


def test_a_fault_reads_as_path_line_and_sentence() -> None:
    fault = ContentFault([Fault("b.yaml", 2, "is empty"), Fault("a.yaml", 9, "is gone")])
    assert str(fault) == "a.yaml:9: is gone\nb.yaml:2: is empty"
    assert str(ContentFault()) == "The content cannot be used as it stands."


def test_a_library_falls_back_on_english(tmp_path: Path) -> None:
    write_pack(tmp_path / "sample" / "en")
    spoil(write_pack(tmp_path / "sample" / "es") / "pack.yaml", "locale: en", "locale: es")
    library = load_library(tmp_path)
    assert set(library) == {("sample", "en"), ("sample", "es")}
    assert [library.pack(locale).locale for locale in ("en", "es", "es-US", "es_MX", "fr", "")] == [
        "en",
        "es",
        "es",
        "es",
        "en",
        "en",
    ]


def test_the_library_cannot_be_changed(tmp_path: Path) -> None:
    write_pack(tmp_path / "sample" / "en")
    library = load_library(tmp_path)
    assert isinstance(library, Library)
    with pytest.raises(TypeError):
        library.packs["sample", "es"] = library.pack("en")  # type: ignore[index]


def test_a_folder_that_is_missing_empty_or_in_the_wrong_place_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(ContentFault, match="CONTENT_DIR"):
        load_library(tmp_path / "nowhere")
    with pytest.raises(ContentFault, match="holds no pack"):
        load_library(tmp_path)
    with pytest.raises(ContentFault, match="no such folder"):
        load_pack(tmp_path / "nowhere")
    write_pack(tmp_path / "sample" / "es")
    with pytest.raises(ContentFault, match="make them the same"):
        load_library(tmp_path)
    spoil(tmp_path / "sample/es/pack.yaml", "locale: en", "locale: es")
    with pytest.raises(ContentFault, match="no English pack"):
        load_library(tmp_path)


def test_the_shipped_pack_loads() -> None:
    pack = load_library().pack("en")
    assert len(pack.faqs) == 45
    assert len(pack.steps) == 7
