"""The neutral message: what the mentor says, before any platform draws it. Commands and nudges build it; adapters
render it and end in `assert_never`, so that a block nobody draws is a type error.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from bot.bars import marks_of
from bot.form import Form
from bot.marks import Marks


@dataclass(frozen=True, slots=True)
class Text:
    """Plain words. Renderers escape them, whoever wrote them."""

    text: str


@dataclass(frozen=True, slots=True)
class Bold:
    """Words the eye should find first."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """A command line to type. Renderers put the platform's own prefix before it ("/mentor" in Slack)."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A web address under words of its own."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A person of the same workspace. Reads as a name where a platform cannot tell; never pings in what is quoted."""

    user: str
    """The person's own id on the platform."""
    text: str
    """What to say where the platform draws no name."""


@dataclass(frozen=True, slots=True)
class When:
    """An instant, shown in the reader's own zone."""

    instant: datetime
    zone: str
    """IANA name of the reader's zone, for platforms that do not convert by themselves."""
    style: Literal["day", "moment"] = "moment"
    """`day`: "Wed 2 Dec"; `moment`: "Wed 2 Dec, 12:15"."""


Span = Text | Bold | Code | Link | Mention | When
Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A thought in running words."""

    spans: Spans
    quiet: bool = False
    """True for what may be read last: sources, remarks."""


@dataclass(frozen=True, slots=True)
class Bullets:
    """A few points of equal weight; `numbered` where their order matters."""

    items: tuple[Spans, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and their values, side by side where there is room."""

    pairs: tuple[tuple[str, Spans], ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far something is; always told in words and numbers too."""

    label: str
    done: int | Decimal
    total: int | Decimal

    @property
    def figures(self) -> str:
        """ "1.5 / 12"."""
        return f"{Decimal(self.done):f} / {Decimal(self.total):f}"

    @property
    def bar(self) -> str:
        """ "■■□□□", alike on every platform."""
        return marks_of(self.done, self.total)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; the first column names the row."""

    headings: tuple[str, ...]
    rows: tuple[tuple[Spans, ...], ...]


@dataclass(frozen=True, slots=True)
class Button:
    """A command somebody else typed for the reader."""

    label: str
    """At most 75 characters; a phone shows about 30 of them."""
    command: str
    """The command line it stands for; it names its object, so that it is right three weeks later."""
    style: Literal["plain", "primary", "danger"] = "plain"
    opens: bool = False
    """The reply offers a form, which a platform that can opens at once, in place of showing the reply."""


@dataclass(frozen=True, slots=True)
class Buttons:
    """What the reader may do now, the likeliest first."""

    buttons: tuple[Button, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of many: a list to pick from, each option a command line."""

    label: str
    options: tuple[Button, ...]
    chosen: str | None = None
    """The command of the option that is true now."""


@dataclass(frozen=True, slots=True)
class Input:
    """One line of the reader's own words, handed to a command."""

    label: str
    command: str
    """The words typed are appended to this command line after a space."""
    hint: str = ""
    button: str = "→"
    """The word on the button that hands them over."""


@dataclass(frozen=True, slots=True)
class Divider:
    """A pause between two matters."""


@dataclass(frozen=True, slots=True)
class File:
    """A file for the reader alone, in a reply. Nothing is made or kept when the message is written: `bot.files` makes
    it when it is handed over. What is sent unasked has a button that asks for it instead.
    """

    name: str
    """What it is called where it is kept, with its ending."""
    label: str
    """What is in it, in a few words."""
    recipe: str
    """What to make: a kind of `bot.files`, and after a space its own words ("record")."""


Block = Paragraph | Bullets | Facts | Progress | Table | Buttons | Choice | Input | Divider | File


@dataclass(frozen=True, slots=True)
class Message:
    """What the mentor says at one time."""

    title: str
    """Tells the point to somebody who sees nothing else: a fallback text, a summary, a screen reader."""
    blocks: tuple[Block, ...] = field(default=())
    discreet: str | None = None
    """The title of a notification, for what is sent unasked: screens are shared. None for answers, which show `title`
    above the blocks; what is sent unasked opens with its blocks."""
    marks: Marks = field(default=Marks())
    """Set where a message leaves for its reader."""
    has_page: bool = False
    """Its reader has a page of the mentor's on the platform (Slack's Home tab), which may have to say something else
    now. Set where a message leaves for its reader."""
    form: Form | None = None
    """What the blocks ask for, as a form: the quicker way where a platform can open one. The blocks alone suffice."""

    def words(self) -> int:
        """How many words the reader meets, buttons aside: what the limit of a weekly message counts."""
        return len(plain(self).split())


def plain(message: Message) -> str:
    """The message as text alone, buttons left out: for word counts, logs of the terminal, and tests."""
    return "\n".join([message.title, *(line for block in message.blocks for line in plain_lines(block))])


def plain_lines(block: Block) -> list[str]:  # noqa: PLR0911, C901 - one line a block
    match block:
        case Paragraph():
            return [plain_spans(block.spans)]
        case Bullets():
            marks = (f"{n}." if block.numbered else "-" for n in range(1, len(block.items) + 1))
            return [f"{mark} {plain_spans(item)}" for mark, item in zip(marks, block.items, strict=True)]
        case Facts():
            return [f"{name}: {plain_spans(value)}" for name, value in block.pairs]
        case Progress():
            return [f"{block.label}: {block.figures}"]
        case Table():
            return [" | ".join(block.headings), *(" | ".join(map(plain_spans, row)) for row in block.rows)]
        case Choice() | Input():
            return [block.label]
        case File():
            return [f"{block.label}: {block.name}"]
        case Buttons() | Divider():
            return []


def plain_spans(spans: Spans) -> str:
    return "".join(_plain_span(span) for span in spans)


def _plain_span(span: Span) -> str:
    match span:
        case When():
            return local_text(span)
        case Code():
            return f"`{span.text}`" if span.text else ""
        case _:
            return span.text


def local_text(when: When) -> str:
    """The instant in the reader's zone, as "Wed 2 Dec 2026" or "Wed 2 Dec 2026, 12:15"."""
    local = when.instant.astimezone(ZoneInfo(when.zone))
    day = f"{local:%a} {local.day} {local:%b} {local.year}"
    return day if when.style == "day" else f"{day}, {local:%H:%M}"


def text(words: str) -> Spans:
    """Plain words as spans."""
    return (Text(words),)


_MARKS = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*|\[(?P<words>[^\]]+)\]\((?P<url>https?://[^)\s]+)\)")


def rich(sentence: str) -> Spans:
    """One of the bot's own sentences with its `commands`, **bold** words and [links](https://…) as spans.

    For the mentor's sentences and packs only: a member's own words go into `Text` as they are.
    """
    spans: list[Span] = []
    end = 0
    for mark in _MARKS.finditer(sentence):
        if mark.start() > end:
            spans.append(Text(sentence[end : mark.start()]))
        spans.append(_marked(mark))
        end = mark.end()
    if end < len(sentence):
        spans.append(Text(sentence[end:]))
    return tuple(spans)


def _marked(mark: re.Match[str]) -> Span:
    if code := mark["code"]:
        return Code(code)
    if bold := mark["bold"]:
        return Bold(bold)
    return Link(mark["words"], mark["url"])
