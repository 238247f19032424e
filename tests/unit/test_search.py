"""Search on a small pack: what is sure, what is asked back, what is never answered, and what bad input brings."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.pack import Pack
from content.search import Answer, DidYouMean, NoAnswer, Searcher
from content.search_confidence import Confidence, Sample
from content.search_ranking import Ranking
from content.search_words import Reader
from tests.fakes.sample_library import library_pack


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return library_pack(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def searcher(pack: Pack) -> Searcher:
    return Searcher(pack)


def test_a_question_as_it_stands_in_the_pack_is_sure(pack: Pack, searcher: Searcher) -> None:
    asked = [(faq.id, text) for faq in pack.faqs for text in (faq.question, *faq.phrasings)]
    assert len(asked) == 48
    for wanted, text in asked:
        found = searcher.search(text)
        assert isinstance(found, Answer), text
        assert (found.faq.id, found.ids[0], found.score) == (wanted, wanted, 1.0)


def test_case_accents_apostrophes_and_punctuation_do_not_matter(searcher: Searcher) -> None:
    for text in (
        "  WHAT time... do you clóse?!  ",
        "whats the latest I can come in",
        "what’s the latest i can come in",
    ):
        found = searcher.search(text)
        assert isinstance(found, Answer)
        assert (found.faq.id, found.score) == ("hours", 1.0)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("what hours are you open on monday", "hours"),
        ("how can my child get a reader card", "card"),
        ("my book is overdue, how much do i pay", "late"),
    ],
)
def test_other_words_find_the_entry(searcher: Searcher, question: str, wanted: str) -> None:
    found = searcher.search(question)
    assert isinstance(found, Answer)
    assert found.faq.id == wanted
    assert found.score < 1.0


@pytest.mark.parametrize("question", ["overdeu", "ovedue", "overrdue", "overdude"])
def test_a_mistyped_word_is_understood(searcher: Searcher, question: str) -> None:
    assert searcher.search(question) == searcher.search("overdue")
    assert searcher.search(question).ids[0] == "late"


def test_a_synonym_is_understood(pack: Pack, searcher: Searcher) -> None:
    without = Searcher(pack.model_copy(update={"terms": pack.terms.model_copy(update={"synonyms": ()})}))
    assert searcher.search("penalty").ids[0] == "late"
    assert without.search("penalty").ids == ()


def test_a_question_of_which_little_is_known_is_asked_back(searcher: Searcher) -> None:
    found = searcher.search("days")
    assert isinstance(found, DidYouMean)
    assert found.ids == tuple(faq.id for faq in found.faqs) == ("late", "hours")
    assert 0 < found.score < 0.5


def test_a_kind_of_question_that_is_never_answered_gets_its_own_reply(searcher: Searcher) -> None:
    found = searcher.search("will there be rain or a storm tomorrow")
    assert isinstance(found, NoAnswer)
    assert found.reply is not None
    assert found.reply.id == "weather"


def test_the_nearest_ids_are_only_ever_questions_with_an_answer(searcher: Searcher) -> None:
    found = searcher.search("is it going to snow")
    assert isinstance(found, NoAnswer)
    assert set(found.ids) <= {"hours", "card", "late"}
    assert found.ids


@pytest.mark.parametrize(
    "question",
    ["my book is overdue, pt John Sample DOB 04/12/1961 MRN 889213", "when are you open? MRN 889213 needs a refill"],
)
def test_what_looks_like_patient_data_gets_that_reply_before_anything_else(searcher: Searcher, question: str) -> None:
    found = searcher.search(question)
    assert isinstance(found, NoAnswer)
    assert found.reply is not None
    assert found.reply.id == "patient-case"


def test_a_pack_without_that_reply_still_gives_no_answer(pack: Pack) -> None:
    bare = Searcher(pack.model_copy(update={"outside": ()}))
    found = bare.search("pt John Sample DOB 04/12/1961 MRN 889213, when are you open")
    assert isinstance(found, NoAnswer)
    assert found.reply is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "?!...",
        "\x00\x07\x1b",
        "asdfgh",
        "zzxq wvvk",
        "😀😀😀",
        "\u202eשלום",
        "x" * 10_000,
        "\ud800",
        "\u0301",
    ],
)
def test_what_is_no_question_gets_no_answer(searcher: Searcher, text: str) -> None:
    found = searcher.search(text)
    assert isinstance(found, NoAnswer)
    assert (found.reply, found.ids) == (None, ())


@given(text=st.text(max_size=2000))
@settings(max_examples=150, deadline=None)
def test_any_text_at_all_brings_an_outcome(searcher: Searcher, text: str) -> None:
    found = searcher.search(text)
    assert 0.0 <= found.score <= 1.0
    assert len(found.ids) <= 3


def test_a_story_is_no_question(searcher: Searcher) -> None:
    found = searcher.search("when are you open " * 600)
    assert isinstance(found, NoAnswer)
    assert found.reply is None
    assert found.ids[0] == "hours"


def test_a_phrasing_of_two_entries_is_left_to_the_ranking(pack: Pack) -> None:
    hours, card, late = pack.faqs
    shared = late.model_copy(update={"phrasings": (*late.phrasings[:-1], "what are the hours")})
    found = Searcher(pack.model_copy(update={"faqs": (hours, card, shared)})).search("what are the hours")
    assert found.ids[:2] == ("hours", "late")
    assert found.score < 1.0


def test_two_searchers_of_one_pack_say_the_same(pack: Pack, searcher: Searcher) -> None:
    questions = ["how can my child get a reader card", "days", "rain and fines"]
    assert [Searcher(pack).search(text) for text in questions] == [searcher.search(text) for text in questions]


@pytest.mark.parametrize(("locale", "same"), [("es", True), ("en", False)])
def test_the_language_decides_how_words_are_cut_to_their_stems(locale: str, *, same: bool) -> None:
    reader = Reader(locale, ["corriendo"], [])
    stems = [{part for part in reader.features(word) if part.startswith("w")} for word in ("corriendo", "correr")]
    assert (stems[0] == stems[1]) is same


def test_a_pack_in_spanish_is_searched_with_or_without_accents(pack: Pack) -> None:
    hours, *others = pack.faqs
    spanish = hours.model_copy(update={"phrasings": (*hours.phrasings[:-1], "¿Cuándo abren las bibliotecas?")})
    found = Searcher(pack.model_copy(update={"locale": "es", "faqs": (spanish, *others)})).search("cuando abren")
    assert found.ids[0] == "hours"


def test_how_sure_a_ranking_is_is_learned_from_what_was_right() -> None:
    clear, close = Ranking((0, 1), (9.0, 1.0), 9.0), Ranking((0, 1), (5.0, 4.0), 9.0)
    mixed = Confidence([Sample(clear, right=True), Sample(close, right=False)] * 20)
    assert mixed.of(close) < 0.2
    assert mixed.of(clear) > 0.8
    assert Confidence([Sample(clear, right=False)] * 20).of(clear) < 0.2
    assert mixed.of(Ranking((), (), 9.0)) == 0.0
