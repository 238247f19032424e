"""Whether a text looks as if it were about one patient, and a text with all that could point to a person masked.
`bot.conversation` asks before any free text is stored or logged.

Patterns can only lower a risk: what they miss is certain to exist, so the warning beside every prompt stays. They say
"looks like", never whether something is protected health information.
"""

import re
import unicodedata
from functools import cache, partial

from content.patient_signs import (
    ANYBODY,
    INITIALS,
    MARKS,
    NAMED,
    NAMED_DATE,
    NUMBER_SIGNS,
    NUMERIC_DATE,
    PERSON_SIGNS,
    SUFFERS,
)
from content.patient_words import CLINICAL, GIVEN_NAMES, KEPT, NO_INITIALS, NOT_NAMES

_SENTENCE_END = re.compile(r"(?<=[.!?]) |[\n;]")
_ABBREVIATED = re.compile(r"\b(mrs?|ms|dr|pts?|appt|acct|no|st|sra?)\.(?= )", re.IGNORECASE)
_WORD = re.compile(r"[a-z][a-z0-9'-]{1,30}")
_ASSOCIATION = re.compile(
    r"\b(?:aapc|pahcom|mgma|hfma|ache|aama|nha|ahima|amt|ahcap|pmi|association|membership)\b", re.IGNORECASE
)
_DATES = re.compile(rf"\b(?:{NUMERIC_DATE}|{NAMED_DATE})", re.IGNORECASE)
_LINK = re.compile(r"\W{0,3}(?:https?://|www\.|[\w.-]{1,60}\.(?:com|org|net|edu|gov|io|us)\b)", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_](?:[^\W\d_]|['-](?=[^\W\d_]))*")
_MASK = re.compile(r"\[(?:date|number|link|email|name)\]")
_TOKEN = re.compile(r"\S+")
_REPEATED = re.compile(r"(\[[a-z]{4,6}\])(?: \1)+")
_TITLES = frozenset(["mr", "mrs", "ms", "dr", "sra"])
_CALLED = frozenset(["miss", "nurse", "patient", "pt", "named", "called"])
_YEAR = re.compile(r"(?:19|20)\d\d")

_LOOK_ALIKES = {"‘": "'", "’": "'", "ʼ": "'", "−": "-", "⁃": "-", "˗": "-"}
_BY_CATEGORY = {"Pd": "-", "Zs": " ", "Zl": "\n", "Zp": "\n", "Cc": " ", "Cf": "", "Co": "", "Cs": ""}
"""What stands for any other character of a Unicode category: dashes, spaces, line ends, what nobody sees."""

_TOGETHER: tuple[tuple[str, str], ...] = (
    ("clinical person date", ""),
    ("clinical person day clock", ""),
    ("clinical person seen day", ""),
    ("clinical titled own", "colleague"),
    ("titled seen", "colleague"),
    ("titled record", "colleague"),
    ("room clock", "work plan"),
)
"""Marks that in one sentence are enough, and the marks beside any of which they are not."""


def looks_like_patient_data(text: str) -> bool:
    """True where the text should be refused and kept nowhere. The work grows with the length of the text only."""
    whole = _ABBREVIATED.sub(r"\1", _without_accents(_normalised(text)))
    return _has_sign(whole) or _has_name(whole) or any(map(_has_company, _SENTENCE_END.split(whole)))


def redact(text: str) -> str:
    """The text with names, numbers, dates and addresses on the net as [name], [number], [date], [link], [email].

    No digit and no @ is left. A name in small letters is masked only if it is a common given name.
    """
    plain = NUMBER_SIGNS["phone"].sub("[number]", _DATES.sub("[date]", _normalised(text)))
    return _REPEATED.sub(r"\1", _mask_names(_TOKEN.sub(_mask_token, plain)))


def _mask_token(match: re.Match[str]) -> str:
    token = match[0]
    tail = token[len(token.rstrip(".,;:!?)\"'")) :]
    if "@" in token:
        return ("[name]" if token.lstrip("<(").startswith("@") else "[email]") + tail
    if _LINK.match(token):
        return "[link]" + tail
    return "[number]" + tail if any(map(str.isdigit, token)) else token


def _mask_names(text: str) -> str:
    masks = {match.start() + 1 for match in _MASK.finditer(text)}
    words = [match for match in _LETTERS.finditer(text) if match.start() not in masks]
    shouted = sum(match[0][0].isupper() for match in words) > max(3, 0.6 * len(words))
    names: set[int] = set()
    for before, match in zip([None, *words], words, strict=False):
        if _is_masked(match, before, shouted=shouted, after_name=before is not None and before.start() in names):
            names.add(match.start())
    return _LETTERS.sub(lambda match: "[name]" if match.start() in names else match[0], text)


def _is_masked(match: re.Match[str], before: re.Match[str] | None, *, shouted: bool, after_name: bool) -> bool:
    """`shouted`: most words of the text have a capital, so that one says nothing."""
    word = _without_accents(match[0]).lower()
    if word in GIVEN_NAMES:
        return True
    if word in KEPT or word in NOT_NAMES:
        return False
    lead = before[0].lower() if before else ""
    if lead in _TITLES or not match[0][0].isupper():
        return lead in _TITLES
    return after_name or lead in _CALLED or not (shouted or match[0].isupper() or _begins(match))


def _begins(match: re.Match[str]) -> bool:
    """Whether a word stands where any word has a capital."""
    before = match.string[max(0, match.start() - 4) : match.start()].rstrip(" \"'([*-")
    return not before or before[-1] in ".!?\n:"


def _has_sign(text: str) -> bool:
    of_numbers = NUMBER_SIGNS.values() if any(map(str.isdigit, text)) else ()
    of_persons = PERSON_SIGNS.values() if ANYBODY.search(text) else ()
    matches = (match for pattern in (*of_numbers, *of_persons) for match in pattern.finditer(text))
    return any("id" not in match.re.groupindex or _is_somebodys(match) for match in matches)


def _is_somebodys(match: re.Match[str]) -> bool:
    """Whether a labelled number can be a patient's: long enough, no year, no association's."""
    digits = sum(character.isdigit() for character in match["id"])
    before = match.string[max(0, match.start() - 25) : match.end("id")]
    return digits >= 4 and not _YEAR.fullmatch(match["id"]) and not _ASSOCIATION.search(before)


def _has_name(text: str) -> bool:
    named = (match for pattern in NAMED.values() for match in pattern.finditer(text))
    initials = (match["initials"] for match in INITIALS.finditer(text))
    return (
        any(map(_is_name, named))
        or any(_suffers(match) for match in SUFFERS.finditer(text))
        or (not text.isupper() and any(pair.lower() not in NO_INITIALS for pair in initials))
    )


def _is_name(match: re.Match[str]) -> bool:
    """A known given name in any case, or words with a capital that are no words of the trade.

    One unknown word at the beginning of a sentence has its capital from there, so it does not count.
    """
    words = match["name"].split()
    if not GIVEN_NAMES.isdisjoint(word.lower() for word in words):
        return True
    begins = not _before(match).strip() or _before(match).rstrip()[-1] in ".!?\n"
    looks = all(word[0].isupper() and not word.isupper() and word.lower() not in NOT_NAMES for word in words)
    return looks and not (begins and len(words) == 1)


def _before(match: re.Match[str]) -> str:
    return match.string[max(0, match.start("name") - 3) : match.start("name")]


def _suffers(match: re.Match[str]) -> bool:
    is_person = _is_name(match) or MARKS["titled"].match(match[0]) is not None
    return is_person and not CLINICAL.isdisjoint(match["what"].lower().split())


def _has_company(sentence: str) -> bool:
    holds = cache(partial(_holds, sentence))
    return any(all(map(holds, needed.split())) and not any(map(holds, but.split())) for needed, but in _TOGETHER)


def _holds(sentence: str, mark: str) -> bool:
    if mark == "clinical":
        return not CLINICAL.isdisjoint(_WORD.findall(sentence.lower()))
    return MARKS[mark].search(sentence) is not None


def _normalised(text: str) -> str:
    """One kind of digit, dash, quote and space; no control or invisible characters."""
    return "".join(map(_plain, unicodedata.normalize("NFKC", text)))


def _plain(character: str) -> str:
    if character == "\n" or (character.isascii() and character.isprintable()):
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    if character in _LOOK_ALIKES:
        return _LOOK_ALIKES[character]
    return _BY_CATEGORY.get(unicodedata.category(character), character)


def _without_accents(text: str) -> str:
    return "".join(part for part in unicodedata.normalize("NFD", text) if not unicodedata.combining(part))
