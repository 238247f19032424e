"""Slack's limits on a message, and how longer words are laid out within them. Used by `adapters.slack.render`."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

Drawn = dict[str, Any]
"""One block, element or object as Slack's JSON has it."""
T = TypeVar("T")

BLOCKS = 50
SECTION = 3000
CONTEXT = 2000
FIELDS, FIELD = 10, 2000
HEADER = 150
LABEL = 2000
ACTIONS = 25
BUTTON_LABEL = 75
BUTTON_VALUE = 2000
OPTIONS, OPTION_LABEL, OPTION_VALUE = 100, 75, 150
PLACEHOLDER = 150
BLOCK_ID = 255
INPUT = 3000
VIEW_TITLE, METADATA, VIEW_BYTES = 24, 3000, 250_000
"""Of a modal and of Home."""
MESSAGE = 12_000
"""Characters of a whole message: Slack states no figure; this is the one it states for its Markdown block."""


def laid_out(pieces: Iterable[str], limit: int) -> list[str]:
    """Pieces put together into as few texts as hold them; blank texts, which Slack refuses, are left out."""
    texts = [""]
    for piece in pieces:
        if len(texts[-1]) + len(piece) > limit:
            texts.append("")
        texts[-1] += piece
    return [text.strip() for text in texts if text.strip()]


def clipped(words: str, limit: int) -> str:
    """Words cut behind a word, with an ellipsis in place of the rest."""
    if len(words) <= limit:
        return words
    kept, _, rest = words[:limit].rpartition(" ")
    whole_words = kept if kept and len(rest) < limit // 2 else words[: limit - 1]
    return whole_words.rstrip() + "…"


def in_batches(things: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


@dataclass(frozen=True, slots=True)
class Room:
    """What one message or view holds."""

    blocks: int
    bytes: int | None
    """Of its JSON; None where Slack states no figure."""


IN_MESSAGE = Room(BLOCKS, None)
IN_VIEW = Room(100, VIEW_BYTES - 20_000)
"""Leaves bytes for what stands round the blocks, a field among them."""


def within(room: Room, blocks: Sequence[Drawn], last: Drawn) -> list[Drawn]:
    """As many blocks as one message takes; where some are left out, `last` says so."""
    kept: list[Drawn] = []
    letters, size = MESSAGE, 0
    for number, block in enumerate(blocks):
        letters -= characters(block)
        size += len(json.dumps(block)) if room.bytes else 0
        is_last = number == len(blocks) - 1
        if letters < 0 or size > (room.bytes or size) or (len(kept) == room.blocks - 1 and not is_last):
            return [*kept, last]
        kept.append(block)
    return kept


def characters(drawn: Any) -> int:
    """The characters a block shows, whatever it nests."""
    match drawn:
        case {"text": str(text)}:
            return len(text)
        case dict():
            return sum(characters(inner) for inner in drawn.values() if isinstance(inner, dict | list))
        case list():
            return sum(characters(inner) for inner in drawn)
        case _:
            return 0
