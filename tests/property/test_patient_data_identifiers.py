"""Identifiers made at random, in many forms and sentences, are refused, and redaction leaves none of them."""

import string

from hypothesis import given, settings
from hypothesis import strategies as st

from content.patient_data import looks_like_patient_data, redact

DIGITS = [string.digits, "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗"]
DASHES = ["-", "–", "‑", "—", "−"]
BEFORE = ["", "I fixed this today: ", "Please help, ", "so then ", "Note:\n", "Led the huddle. Also "]
AFTER = ["", ".", "!", " and I was proud", " was wrong on the form", "\nThanks", ", which took 20 minutes"]


def _number(shortest: int, longest: int) -> st.SearchStrategy[str]:
    return st.text(string.digits, min_size=shortest, max_size=longest).filter(lambda text: text[:2] not in {"19", "20"})


def _label(labels: list[str], number: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    between = st.sampled_from([" ", ": ", " #", " # ", " number ", " no. ", " no "])
    return st.builds("{}{}{}".format, st.sampled_from(labels), between, number)


_three, _four = _number(3, 3), _number(4, 4)
_area = st.integers(200, 999).map(str)
_ssn = st.builds("{}-{:02}-{}".format, _three, st.integers(0, 99), _four)
_phone = st.builds(
    "{0[0]}{1}{0[1]}{2}{0[2]}{3}".format,
    st.sampled_from([("", "-", "-"), ("(", ") ", "-"), ("", ".", "."), ("", " ", " ")]),
    _area,
    _three,
    _four,
)
_date = st.dates().flatmap(
    lambda day: st.sampled_from(
        [
            f"{day.month}/{day.day}/{day.year:04}",
            f"{day.year:04}-{day.month:02}-{day.day:02}",
            f"{day:%B} {day.day}, {day.year:04}",
        ]
    )
)
_birth = st.builds("{}{}".format, st.sampled_from(["DOB ", "DOB: ", "date of birth ", "born on ", "D.O.B. "]), _date)
_record = _label(["MRN", "mrn", "chart", "account", "acct", "medical record", "encounter"], _number(5, 12))
_insurance = _label(["member ID", "subscriber id", "policy", "claim", "Medicaid ID"], _number(6, 12))
_patient = st.builds(
    "{} {}".format,
    st.sampled_from(["patient", "pt", "Patient", "the patient,"]),
    st.sampled_from(["Doe", "Jane Doe", "Kowalczyk", "J.D."]),
)
_seen = st.builds("the patient seen {} {}".format, st.sampled_from(["on", "at", "this"]), _date)
IDENTIFIERS = st.one_of(_ssn, _phone, _birth, _record, _insurance, _patient, _seen)


def _disguised(text: str, digits: str, dash: str) -> str:
    return text.translate(str.maketrans(string.digits, digits)).replace("-", dash)


@settings(max_examples=400, deadline=None)
@given(IDENTIFIERS, st.sampled_from(BEFORE), st.sampled_from(AFTER), st.sampled_from(DIGITS), st.sampled_from(DASHES))
def test_an_identifier_is_refused_in_any_form(identifier: str, before: str, after: str, digits: str, dash: str) -> None:
    assert looks_like_patient_data(_disguised(f"{before}{identifier}{after}", digits, dash))


@settings(max_examples=400, deadline=None)
@given(IDENTIFIERS, st.sampled_from(BEFORE), st.sampled_from(AFTER), st.sampled_from(DIGITS), st.sampled_from(DASHES))
def test_redaction_leaves_no_identifier(identifier: str, before: str, after: str, digits: str, dash: str) -> None:
    redacted = redact(_disguised(f"{before}{identifier}{after}", digits, dash))
    assert not any(map(str.isdigit, redacted))
    assert not any(name in redacted for name in ("Doe", "Jane", "Kowalczyk"))


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=300))
def test_any_text_can_be_judged_and_redacted(text: str) -> None:
    assert looks_like_patient_data(text) in (True, False)
    redacted = redact(text)
    assert "@" not in redacted
    assert not any(map(str.isdigit, redacted))


@settings(max_examples=200, deadline=None)
@given(
    st.integers(2, 99),
    st.integers(2, 99),
    st.sampled_from(["no-shows", "denials", "open claims", "late arrivals", "hold time"]),
)
def test_results_in_numbers_are_kept(before: int, after: int, what: str) -> None:
    assert not looks_like_patient_data(f"I brought {what} from {before}% to {after}% in {after} weeks")
    assert not looks_like_patient_data(
        f"{what}: {before * 100} last year, {after * 100} this year, saved ${after * 1000}"
    )
