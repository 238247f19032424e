"""What needs a careful eye in a pack that loads: commands, lengths, attributions, words, reading grade, supply.
`preceptor content check` calls it and prints the faults; the shipped pack has none.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from html import escape
from itertools import chain
from pathlib import Path

from content.attribution import Attributions, whole_words
from content.draft import Draft, read_draft
from content.faults import Fault
from content.pack import Pack, Practice, Suggestion
from content.reading import HIGHEST_GRADE, Grader, readings
from content.source_file import Location
from content.texts import Text, in_backticks, plain, strange_marks, texts

Commands = Mapping[str, re.Pattern[str]]
"""Every word a line may begin with → what the rest of the line must match whole."""


@dataclass(frozen=True)
class Limits:
    """The fewest characters that any platform shows of a kind of text; the caller knows the platforms."""

    section: int = 3000
    """A block of text."""
    button: int = 75
    """What a button says."""
    header: int = 150
    """A heading."""


@dataclass(frozen=True)
class Subject:
    """What is being checked."""

    pack: Pack
    draft: Draft
    limits: Limits
    commands: Commands | None

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        return texts(self.pack)

    @cached_property
    def spoken(self) -> tuple[Text, ...]:
        """What the mentor says; phrasings are what people say."""
        return tuple(text for text in self.texts if text.field != "phrasings")


def check(pack: Pack, folder: Path, *, commands: Commands | None, limits: Limits) -> list[Fault]:
    """Every fault of a pack that was loaded from `folder`, sorted by file and line.

    `commands` are the commands that exist ("done", "coach", "coach pause", …); None leaves them unchecked.
    """
    subject = Subject(pack, read_draft(folder), limits, commands)
    return sorted(set(chain.from_iterable(look(subject) for look in _LOOKS)))


def _unknown_commands(subject: Subject) -> Iterator[Fault]:
    if subject.commands is None:
        return
    for text in subject.spoken:
        for said in in_backticks(text.value):
            if not _exists(said, subject.commands):
                says = f"there is no command `{said}`; {_hint(said, subject.commands)}"
                yield subject.draft.fault(text.location, says, f"`{said}")


def _hint(said: str, known: Commands) -> str:
    word, _, rest = said.lower().partition(" ")
    if word in known:
        return f"`{word}` takes no `{rest}`"
    near = get_close_matches(word, known, n=1)
    return f"did you mean `{near[0]}`?" if near else "name one that exists, or write it without backticks"


def _exists(said: str, known: Commands) -> bool:
    word, _, rest = said.lower().removeprefix("/mentor ").partition(" ")
    return word in known and known[word].fullmatch(rest) is not None


def _too_long(subject: Subject) -> Iterator[Fault]:
    for text in subject.spoken:
        limit = _limit(text, subject.limits)
        length = len(escape(text.value, quote=False))  # as Slack counts: & < > take four or five characters
        if length > limit:
            yield subject.draft.fault(text.location, f"has {length} characters; at most {limit} fit where it is shown")


def _limit(text: Text, limits: Limits) -> int:
    is_heading = text.location[0] == "resources" and len(text.location) == 3
    if text.field == "question" or is_heading or "choices" in text.location:
        return limits.button
    return limits.header if text.field in {"title", "short"} else limits.section


def _wrong_attributions(subject: Subject) -> Iterator[Fault]:
    attributions = Attributions(subject.pack.terms.credentials)
    for text in subject.spoken:
        for credential, says in attributions.wrong(text.value):
            yield subject.draft.fault(text.location, says, credential)


def _forbidden_words(subject: Subject) -> Iterator[Fault]:
    if not subject.pack.terms.never:
        return
    never = whole_words(subject.pack.terms.never, re.IGNORECASE, ending="s?")
    for text in subject.texts:
        for word in dict.fromkeys(never.findall(plain(text.value))):
            yield subject.draft.fault(
                text.location, f"holds {word!r}, which no text here may hold; say it another way", word
            )


def _hard_to_read(subject: Subject) -> Iterator[Fault]:
    if subject.pack.locale != "en":  # the formula is made for English
        return
    grader = Grader(subject.pack)
    for location, parts in readings(subject.pack):
        if grade := grader.too_hard(*parts):
            says = (
                f"reads at grade {grade:.1f}; at most {HIGHEST_GRADE:.0f}: shorten sentences, use plainer words, or add"
            )
            yield subject.draft.fault(location, f"{says} a trade term to terms.yaml")


def _strange_marks(subject: Subject) -> Iterator[Fault]:
    for text in subject.spoken:
        for word, says in strange_marks(text.value):
            yield subject.draft.fault(text.location, says, word)


_BLANKS = frozenset({"", "tbd", "todo", "tba", "na", "none", "unknown", "source", "xxx", "later"})


def _empty_sources(subject: Subject) -> Iterator[Fault]:
    for text in subject.texts:
        is_source = len(text.location) > 2 and text.location[-3] == "sources"
        if is_source and _bare(text.value).replace(" ", "") in _BLANKS:
            yield subject.draft.fault(
                text.location, f"the source {text.value!r} names nobody; name who says it, or cut the fact"
            )


def _shared_phrasings(subject: Subject) -> Iterator[Fault]:
    """The same words in two entries would make the search toss a coin."""
    first: dict[str, Location] = {}
    asked = [
        text for text in subject.texts if text.field in {"phrasings", "question"} and text.location[0] != "placement"
    ]
    for text in asked:
        other = first.setdefault(_bare(text.value), text.location)
        is_own_question = other[:2] == text.location[:2] and {other[2], text.location[2]} == {"phrasings", "question"}
        if other != text.location and not is_own_question:
            where = subject.draft.fault(other, "")
            says = f"{text.value!r} stands at {where.path}:{where.line} too; keep it in one entry"
            yield subject.draft.fault(text.location, says)


def _bare(text: str) -> str:
    """Lower case, no punctuation, single spaces."""
    return " ".join(re.sub(r"[^\w\s]", "", text.lower().replace("-", " ")).split())


def _thin_supply(subject: Subject) -> Iterator[Fault]:
    kinds: Mapping[str, tuple[Suggestion | Practice, ...]] = {
        "suggestions": subject.pack.suggestions,
        "practices": subject.pack.practices,
    }
    for part, entries in kinds.items():
        for step in range(1, 8):
            fitting = [(place, entry) for place, entry in enumerate(entries) if step in entry.steps]
            place, gap = max(((at, entry.gap_weeks) for at, entry in fitting), key=lambda pair: pair[1], default=(0, 1))
            if len(fitting) < gap:
                says = f"step {step} has {len(fitting)} {part} and this one may return after {gap} weeks only;"
                location = (part, place, "gap_weeks") if fitting else (part,)
                yield subject.draft.fault(
                    location, f"{says} add {gap - len(fitting)} for step {step}, or lower `gap_weeks`"
                )


_LOOKS: tuple[Callable[[Subject], Iterator[Fault]], ...] = (
    _unknown_commands,
    _too_long,
    _wrong_attributions,
    _forbidden_words,
    _hard_to_read,
    _strange_marks,
    _empty_sources,
    _shared_phrasings,
    _thin_supply,
)
