"""What looks like patient data is refused, ordinary career talk is not, and a redacted question holds no identifier.

The examples stand in tests/examples, one a line; what patterns miss is listed there too, so that nobody forgets it.
"""

from pathlib import Path

import pytest

from content.library import load_library
from content.patient_data import looks_like_patient_data, redact
from content.texts import plain, texts

EXAMPLES = Path(__file__).parents[1] / "examples"


def _lines(name: str) -> list[str]:
    lines = (EXAMPLES / f"patient_data_{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("# ")]


REFUSED, KEPT, MISSED = _lines("refused"), _lines("kept"), _lines("missed")


def test_there_are_enough_examples() -> None:
    assert len(set(REFUSED)) > 160
    assert len(set(KEPT)) > 190


@pytest.mark.parametrize("text", REFUSED)
def test_what_points_to_a_patient_is_refused(text: str) -> None:
    assert looks_like_patient_data(text)


@pytest.mark.parametrize("text", KEPT)
def test_career_talk_is_kept(text: str) -> None:
    assert not looks_like_patient_data(text)


@pytest.mark.parametrize("text", [pytest.param(text, marks=pytest.mark.xfail(strict=True)) for text in MISSED])
def test_what_patterns_miss_today(text: str) -> None:
    assert looks_like_patient_data(text)


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\x00\x07", "🙂🙂🙂", "שלום עולם", "<!channel> &lt;b&gt; *x*", "a" * 10_000, "\u202e" * 50]
)
def test_odd_input_is_no_patient_and_does_no_harm(text: str) -> None:
    assert not looks_like_patient_data(text)
    assert isinstance(redact(text), str)


@pytest.mark.parametrize(
    "text",
    [
        "SSN １２３-４５-６７８９",
        "SSN ١٢٣-٤٥-٦٧٨٩",
        "SSN 123‑45‑6789",
        "SSN 123\u00a045\u00a06789",
        "S\u200bSN 12\u200b3-45-6789",
        "MRN\x004829137",
        "𝟏𝟐𝟑-𝟒𝟓-𝟔𝟕𝟖𝟗",
    ],
)
def test_odd_digits_dashes_and_invisible_characters_hide_nothing(text: str) -> None:
    assert looks_like_patient_data(text)
    assert not any(map(str.isdigit, redact(text)))


def test_an_identifier_is_seen_wherever_it_stands() -> None:
    filler = "I kept the schedule full and the phones short. " * 100
    assert not looks_like_patient_data(filler)
    for text in (f"{filler} MRN 4829137", f"MRN 4829137 {filler}", f"{filler}\nMRN 4829137\n{filler}"):
        assert looks_like_patient_data(text)


def test_nothing_the_mentor_says_looks_like_a_patient() -> None:
    pack = load_library().pack("en")
    said = [text for text in texts(pack) if text.location[0] != "outside"]
    assert len(said) > 2000
    assert [plain(text.value) for text in said if looks_like_patient_data(plain(text.value))] == []


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("how do i get 12 ceus by 6/30/2027", "how do i get [number] ceus by [date]"),
        ("Is March 4, 2027 too late?", "Is [date] too late?"),
        ("call me at (555) 010-4477.", "call me at [number]."),
        ("write to sample.member@example.com, please", "write to [email], please"),
        ("is pahcom.org or https://my.pahcom.com/x?y=1 right", "is [link] or [link] right"),
        ("Does Maria Lopez need a Bachelor's degree?", "Does [name] need a Bachelor's degree?"),
        ("Can María José join PAHCOM?", "Can [name] join PAHCOM?"),
        ("what does Mr. smith want", "what does Mr. [name] want"),
        ("my boss sandra says no", "my boss [name] says no"),
        ("Is Kowalski, my lead, right about Epic?", "Is [name], my lead, right about Epic?"),
        ("IS JANE DOE A MANAGER", "IS [name] A MANAGER"),
        ("ask @someone or <@U0123ABC>", "ask [name] or [name]"),
        ("tell [Kowalski] and [Wójcik] now", "tell [[name]] and [[name]] now"),
        ("do I need a degree?", "do I need a degree?"),
        ("What is the CMM, and does AAPC grant it?", "What is the CMM, and does AAPC grant it?"),
        ("How Do I Become A Medical Office Manager", "How Do I Become A Medical Office Manager"),
        ("on Monday I start as Certified Medical Assistant", "on Monday I start as Certified Medical Assistant"),
    ],
)
def test_a_redacted_question_keeps_its_sense_and_nobody(text: str, redacted: str) -> None:
    assert redact(text) == redacted


@pytest.mark.parametrize("text", REFUSED)
def test_even_a_refused_text_would_lose_its_numbers(text: str) -> None:
    redacted = redact(text)
    assert "@" not in redacted
    assert not any(map(str.isdigit, redacted))
