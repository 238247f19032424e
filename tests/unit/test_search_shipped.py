"""Search on what Preceptor ships: entries answer to their own questions, and the figures on rows that only measure.

The rows are not part of the product: FAQ_DIR names their folder, and without it those tests are skipped.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.conversation import Knowledge
from content.evaluation import Evaluation, evaluate, read_rows
from content.pack import Faq, Outside, Pack
from content.search import Answer, NoAnswer, Searcher
from content.search_words import words_of


@pytest.fixture(scope="module")
def pack(knowledge: Knowledge) -> Pack:
    return knowledge.library.pack("en")


@pytest.fixture(scope="module")
def searcher(knowledge: Knowledge) -> Searcher:
    return knowledge.searchers["en"]


@pytest.fixture(scope="module")
def rows_folder() -> Path:
    if "FAQ_DIR" not in os.environ:
        pytest.skip("FAQ_DIR is not set: it names the folder of the questions that measure search")
    folder = Path(os.environ["FAQ_DIR"])
    assert folder.is_dir(), f"FAQ_DIR is {folder}, and there is no such folder"
    return folder


@pytest.fixture(scope="module")
def evaluation(rows_folder: Path, pack: Pack, searcher: Searcher) -> Evaluation:
    with (rows_folder / "dev.jsonl").open(encoding="utf-8") as lines:
        return evaluate(searcher, read_rows(lines, (faq.id for faq in pack.faqs)))


def test_every_entry_answers_to_its_own_question_and_phrasings(pack: Pack, searcher: Searcher) -> None:
    assert len(pack.faqs) >= 45
    others = [
        (faq.id, text, found.kind, found.ids)
        for faq in pack.faqs
        for text in (faq.question, *faq.phrasings)
        if not isinstance(found := searcher.search(text), Answer) or found.faq is not faq
    ]
    assert others == []


def test_every_phrasing_that_is_never_answered_gets_its_reply(pack: Pack, searcher: Searcher) -> None:
    assert len(pack.outside) >= 9
    asked = [(reply, text, searcher.search(text)) for reply in pack.outside for text in reply.phrasings]
    assert [(reply.id, text) for reply, text, found in asked if not isinstance(found, NoAnswer)] == []
    kept = {"patient-case"}  # what names a patient is refused as such, whatever it asks
    replies = [(reply.id, found.reply and found.reply.id) for reply, _, found in asked if isinstance(found, NoAnswer)]
    assert [pair for pair in replies if pair[1] not in {pair[0], *kept}] == []


@pytest.mark.parametrize(
    ("wanted", "question"),
    [
        ("qualifications", "which qualifications would a clinic ask of a future office manager"),
        ("qualifications", "what do i have to have to qualify for the office manager job"),
        ("responsibilities", "which duties come with the job of medical office manager"),
        ("responsibilities", "what does a practice manager work on all day"),
        ("experience", "where could i pick up hands on experience in healthcare"),
        ("experience", "ways of gaining practical healthcare experience"),
        ("certifications", "would some certification help my career as an office manager"),
        ("certifications", "any certifcations that help a medical office manger"),
        ("networking", "how much does networking count for advancing my career"),
        ("networking", "is networking important if i want to advance"),
    ],
)
def test_the_five_questions_of_the_source_are_found_in_other_words(
    searcher: Searcher, wanted: str, question: str
) -> None:
    found = searcher.search(question)
    assert found.ids[0] == wanted
    assert len(found.ids) == 3
    assert isinstance(found, Answer)


@pytest.mark.parametrize(
    ("wanted", "question"),
    [
        ("law", "can i sue my old employer for this"),
        ("clinical", "what dose of ibuprofen helps against a fever"),
        ("it-help", "our printer is not working"),
        ("hr-and-shifts", "how many vacation days are left for me"),
        ("patient-case", "patient Jane Sample, DOB 04/12/1961, MRN 889213, wants her results"),
    ],
)
def test_what_the_mentor_never_answers_gets_its_own_reply(searcher: Searcher, wanted: str, question: str) -> None:
    found = searcher.search(question)
    assert isinstance(found, NoAnswer)
    assert found.reply is not None
    assert found.reply.id == wanted


@pytest.mark.parametrize(
    "words",
    [
        "a b",
        "b",
        "x",
        "s",
        "a - b",
        "x y z",
        "```",
        "```\na b\n```",
        "`b`",
        "12",
        "a 1",
        "the",
        "is it",
        "what is it",
        "do",
    ],
)
def test_words_that_ask_nothing_get_no_answer_and_no_reply(searcher: Searcher, words: str) -> None:
    found = searcher.search(words)
    assert isinstance(found, NoAnswer)
    assert found.reply is None


@pytest.mark.parametrize(
    ("wanted", "question"), [("degree-needed", "degree?"), ("cmm", "cmm"), ("salary", "pay"), ("stay-current-ce", "CE")]
)
def test_one_word_is_a_question_too(searcher: Searcher, wanted: str, question: str) -> None:
    found = searcher.search(question)
    assert isinstance(found, Answer)
    assert found.faq.id == wanted


@pytest.mark.parametrize("words", ["how are you", "how r u", "who are you?", "hi"])
def test_small_talk_is_made_of_small_words_and_gets_its_reply(searcher: Searcher, words: str) -> None:
    found = searcher.search(words)
    assert isinstance(found, NoAnswer)
    assert found.reply is not None
    assert found.reply.id == "small-talk"


def test_no_phrasing_is_a_question_that_measures(rows_folder: Path, pack: Pack) -> None:
    measuring = {_plain(json.loads(line)["text"]) for line in _lines(rows_folder)} - {""}
    assert len(measuring) >= 200
    entries: list[Faq | Outside] = [*pack.faqs, *pack.outside]
    same = [(entry.id, text) for entry in entries for text in entry.phrasings if _plain(text) in measuring]
    same += [
        (entry.id, entry.question)
        for entry in entries
        if isinstance(entry, Faq) and _plain(entry.question) in measuring
    ]
    assert same == []


def test_the_figures_stay_where_they_were(evaluation: Evaluation) -> None:
    assert len(evaluation.inside) >= 200
    assert len(evaluation.outside) >= 40
    assert evaluation.top_1 >= 0.89
    assert evaluation.in_first_3 >= 0.95
    assert evaluation.outside_answered <= 0.03
    assert evaluation.precision >= 0.94
    assert evaluation.did_you_mean <= 0.32


def _lines(folder: Path) -> Iterator[str]:
    files = sorted(folder.glob("*.jsonl"))
    assert files, f"{folder} holds no .jsonl file"
    for path in files:
        yield from (line for line in path.read_text(encoding="utf-8").split("\n") if line.strip())


def _plain(text: str) -> str:
    return " ".join(words_of(text))
