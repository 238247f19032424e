"""The grammar: what somebody typed or pressed → an `Utterance`. A button is a command somebody else typed, so both
come through `understand`, called by `bot.conversation` alone.
"""

import re
import unicodedata
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.message import Message

if TYPE_CHECKING:
    from bot.visit import Visit

MAX_TEXT = 3000
"""Characters; more is answered with a request to shorten. Slack's own input fields stop here too."""

Handler = Callable[["Visit", str], Awaitable[Message]]


@dataclass(frozen=True, slots=True)
class Example:
    """One line as somebody would type it; golden files, the gallery and contract tests run it."""

    line: str
    after: tuple[str, ...] = ()
    """Lines the same new member typed before it."""
    by_operator: bool = False
    """Typed by one of the people who run the mentor."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can say. One file of `bot/commands` each."""

    name: str
    """The word itself."""
    summary: str
    """Key of the sentence in `help` that says what it does."""
    examples: tuple[Example, ...]
    handle: Handler
    arguments: str = ""
    """A regular expression that the rest of the line must match whole; else the line is a question."""
    aliases: tuple[str, ...] = ()
    typed: str = ""
    """What a person types, where that is more than the name."""
    only_reads: bool = False
    """Its handler changes nothing, or adds a row now and then: it is tried first without the right to write, which
    costs a third, and once more with it where it had something to add."""
    for_operators: bool = False
    """Only for the people who run the mentor; nobody else is offered it."""
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", re.compile(self.arguments, re.IGNORECASE | re.DOTALL))


@dataclass(frozen=True, slots=True)
class Said:
    """A whole command and its arguments."""

    command: Command
    arguments: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Words that are no whole command: a question."""

    question: str


Utterance = Said | Asked
Vocabulary = Mapping[str, Command]
"""Every name and alias → its command."""

_INVISIBLE = {"Cc", "Cf", "Co", "Cs"}
_ADDRESS = re.compile(r"^(?:<@[\w|.-]+>|<at>.*?</at>)[\s,:]*", re.IGNORECASE)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
"""Letters as some keyboards for Asian languages type them."""
_AROUND = " .!\"'`“”‘’«»"
"""Marks that stand around a command when it is typed as a sentence or a quotation. A question mark is none of them."""


def clean(text: str) -> str:
    """The text without control and invisible characters, with single spaces, canonically composed."""
    composed = unicodedata.normalize("NFC", text)
    visible = "".join(" " if ch.isspace() or unicodedata.category(ch) in _INVISIBLE else ch for ch in composed)
    return " ".join(visible.split())


def understand(text: str, vocabulary: Vocabulary, *, prefix: str = "mentor") -> Utterance:
    """Read one line. An empty line is `home`. `prefix` is the word of the slash command, without its slash."""
    line = _without_address(clean(text), prefix)
    if not line:
        return Said(vocabulary["home"], "")
    for reading in (line, line.translate(_FULL_WIDTH).strip(_AROUND)):
        word, _, rest = reading.partition(" ")
        command = vocabulary.get(word.lower())
        if command and command.pattern.fullmatch(rest):
            return Said(command, rest)
    return Asked(line)


def _without_address(line: str, prefix: str) -> str:
    line = _ADDRESS.sub("", line)
    while line.partition(" ")[0].lower() in (f"/{prefix}", "/mentor"):
        line = line.partition(" ")[2]
    return line.removeprefix("/").strip()
