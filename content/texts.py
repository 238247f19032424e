"""Every text of a pack that a member may read, with its location, and Markdown with its marks taken off.
The checks of `content.check` walk these.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from content.pack import Pack
from content.source_file import Location

_NOT_PROSE = frozenset(
    {
        "id",
        "url",
        "label",
        "date",
        "kind",
        "permission",
        "patient_data",
        "see_also",
        "locale",
        "version",
        "any_of",
        "terms",
        "said_by",
        "also",
        "anchor",
        "unit",
        "pool",
        "by",
    }
)
_LINK = re.compile(r"\[([^\[\]\n]{0,200})\]\([^()\s]{0,500}\)")
_ADDRESS = re.compile(r"https?://[^\s)>\]]{1,500}|\bwww\.[^\s)>\]]{1,500}")
_CODE = re.compile(r"`([^`\n]{1,200})`")
_BULLET = re.compile(r"^\s{0,10}- ", re.MULTILINE)
_WRAP = re.compile(r"(?<!\n)\n(?!\n|[ \t]{0,10}- )")
"""A line break within a paragraph."""
_END = re.compile(r"[.!?][\"')\]]{0,3}(?=\s)|\n")


_STRANGE = (
    (re.compile(r"^[ \t]{0,10}#{1,6} ", re.MULTILINE), "headings"),
    (re.compile(r"^[ \t]{0,10}\d{1,3}[.)] ", re.MULTILINE), "numbered lists"),
    (re.compile(r"^[ \t]{0,10}[*+] ", re.MULTILINE), "lists with other marks than `- `"),
    (re.compile(r"^[ \t]{0,10}(?:>|\||```)", re.MULTILINE), "quotes, tables and code blocks"),
    (re.compile(r"!\[[^\]\n]{0,200}\]\("), "pictures"),
    (re.compile(r"</?[a-zA-Z][^>\n]{0,100}>"), "HTML"),
    (re.compile(r"\]\((?!https?://)"), "links to anything but https://"),
)


@dataclass(frozen=True)
class Text:
    """One text and where it stands in the pack."""

    location: Location
    value: str

    @property
    def field(self) -> str:
        return next(str(part) for part in reversed(self.location) if isinstance(part, str))


def texts(pack: Pack) -> tuple[Text, ...]:
    """All but ids, addresses and dates, and but `terms`, which no member reads. Phrasings are among them."""
    return tuple(text for text in _walk(pack.model_dump(), ()) if text.location != ("name",))


def _walk(value: object, at: Location) -> Iterator[Text]:
    if isinstance(value, str):
        yield Text(at, value)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            if name not in _NOT_PROSE:
                yield from _walk(part, (*at, name))
    elif isinstance(value, tuple):
        for place, part in enumerate(value):
            yield from _walk(part, (*at, place))


def in_backticks(markdown: str) -> list[str]:
    """What stands in backticks."""
    return [found.strip() for found in _CODE.findall(markdown)]


def strange_marks(markdown: str) -> Iterator[tuple[str, str]]:
    """(the mark, a sentence to the editor) for marks that no platform will draw as meant."""
    for pattern, name in _STRANGE:
        if found := pattern.search(markdown):
            yield (
                found[0].strip(),
                f"{name} are not shown; use paragraphs, `- ` lists, **bold**, commands and [links](https://…)",
            )
    for mark in ("**", "`"):
        if markdown.count(mark) % 2:
            yield mark, f"a {mark} is never closed; add the other one or remove it"


def plain(markdown: str, *, with_commands: bool = True) -> str:
    """The words alone: no marks, no addresses, and on request no commands; every list item on a line of its own."""
    text = _CODE.sub(r"\1" if with_commands else " ", markdown)
    text = _ADDRESS.sub(" ", _LINK.sub(r"\1", text)).replace("**", "")
    return _BULLET.sub("", _WRAP.sub(" ", text))


def sentences(text: str) -> list[str]:
    """Sentences and list items of a plain text."""
    ends = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    parts = [text[start:end].strip() for start, end in pairwise(ends)]
    return [part for part in parts if part]
