"""How the answers to a file of questions are counted, and what is said of a file that cannot be used."""

import json

import pytest

from content.evaluation import BadRow, Row, evaluate, read_rows
from content.search import Searcher
from tests.fakes.sample_library import library_pack

IDS = ("hours", "card", "late")


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    return Searcher(library_pack(tmp_path_factory.mktemp("library")))


def row(text: str, *expect: str, also: tuple[str, ...] = ()) -> Row:
    return Row(text=text, expect=list(expect), also=list(also))


def test_the_shares_are_of_the_rows_they_speak_of(searcher: Searcher) -> None:
    result = evaluate(
        searcher,
        [
            row("when are you open", "hours"),
            row("overdue charges", "card", also=("late",)),  # answered, and by another entry
            row("days", "hours"),  # asked back, and second
            row("sign up for a card", "hours", "card"),
            row("is it going to snow"),
            row("do i owe you money"),  # outside, says the row, and is answered
            row("asdfgh"),
            row("will it rain"),
        ],
    )
    assert (result.top_1, result.in_first_3, result.outside_answered) == (0.5, 1.0, 0.25)
    assert (result.precision, result.did_you_mean) == (0.5, 0.25)


def test_only_the_first_three_and_only_what_is_expected_or_also_right_counts(searcher: Searcher) -> None:
    missed = evaluate(searcher, [row("penalty", "card"), row("penalty", "card", also=("hours",))])
    assert (missed.top_1, missed.in_first_3) == (0.0, 0.0)


def test_nothing_to_share_is_nothing(searcher: Searcher) -> None:
    empty = evaluate(searcher, [])
    assert (empty.top_1, empty.in_first_3, empty.outside_answered, empty.precision) == (0.0, 0.0, 0.0, 0.0)


def test_the_report_gives_the_figures_and_each_miss_with_what_came(searcher: Searcher) -> None:
    report = evaluate(
        searcher,
        [
            row("when are you open", "hours"),
            row("overdue charges", "card"),
            row("do i owe you money"),
            row("will it rain"),
        ],
    ).report()
    lines = report.splitlines()
    assert lines[0].split()[:2] == ["top-1", "50.0%"]
    assert "of 2 questions" in lines[0]
    assert lines[1].split()[:4] == ["in", "first", "3", "50.0%"]
    assert "outside answered   50.0%  of 2 questions" in report
    assert "2 misses:" in report
    assert "overdue charges\n    wanted card; came answer (1.00): late" in report
    assert "do i owe you money\n    wanted no answer; came answer (1.00): late" in report
    assert "when are you open" not in report
    assert "will it rain" not in report


def test_without_a_miss_the_report_says_so(searcher: Searcher) -> None:
    assert evaluate(searcher, [row("when are you open", "hours")]).report().endswith("\n0 misses")


def test_rows_are_read_and_blank_lines_and_further_fields_passed_over() -> None:
    lines = [
        json.dumps({"text": "a", "expect": ["card"], "also": ["late"], "by": "x"}),
        "",
        '{"text":"b","expect":[]}\n',
    ]
    assert read_rows(lines, iter(IDS)) == [row("a", "card", also=("late",)), row("b")]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("nonsense", "Invalid JSON"),
        ('{"text": "a", "expect": [}', "Invalid JSON"),
        ("[1]", "object"),
        ('{"expect": ["card"]}', "`text`"),
        ('{"text": "", "expect": []}', "`text`"),
        ('{"text": "a"}', "`expect`"),
        ('{"text": "a", "expect": "card"}', "`expect`"),
        ('{"text": "a", "expect": [7]}', "`expect.0`"),
        ('{"text": "a", "expect": ["cart"]}', "no entry cart"),
        ('{"text": "a", "expect": ["card"], "also": ["cart"]}', "no entry cart"),
    ],
)
def test_a_bad_row_is_named_with_its_line(line: str, says: str) -> None:
    with pytest.raises(BadRow) as fault:
        read_rows(['{"text": "a", "expect": ["card"]}', "", line], IDS)
    assert str(fault.value).startswith("line 3: ")
    assert says in str(fault.value)


def test_every_bad_row_is_named_at_once() -> None:
    with pytest.raises(BadRow) as fault:
        read_rows(["{}", '{"text": "a", "expect": ["card"]}', "x"], IDS)
    assert [line.split(":")[0] for line in str(fault.value).splitlines()] == ["line 1", "line 3"]


def test_a_file_without_rows_is_a_fault() -> None:
    with pytest.raises(BadRow, match="no row"):
        read_rows(["", "  \n"], IDS)
