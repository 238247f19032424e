"""One file per kind of file that the mentor hands to people, found by folder scan: each holds `FILE`. A file is made at
the moment it is handed over, for the person it was offered to; `bot.conversation` asks here, nobody else.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType
from typing import TYPE_CHECKING

from bot.message import File, Message

if TYPE_CHECKING:
    from bot.visit import Visit


@dataclass(frozen=True, slots=True)
class Made:
    """A file, ready to be handed over. It is kept nowhere."""

    name: str
    """With its ending; ASCII letters, digits, dots, hyphens and underscores, which every platform and disk takes."""
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class NotMade:
    """There is no such file for this person, or not any more."""

    why: str
    """One plain sentence, in their language."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file."""

    name: str
    """The first word of its recipes."""
    make: Callable[["Visit", str], Awaitable[Made | NotMade]]
    """Makes it of the rest of the recipe, for whoever the visit is of: a recipe may be weeks old, so whether what it
    names is there, and theirs, is asked here. May write to the unit of work, as to note who looked at whom."""


@cache
def find_files() -> Mapping[str, FileKind]:
    """Name → kind, of every kind in this folder. Raises ValueError when two share a name."""
    kinds: dict[str, FileKind] = {}
    for found in iter_modules(__path__):
        kind: FileKind = import_module(f"{__name__}.{found.name}").FILE
        if kind.name in kinds:
            raise ValueError(f"two kinds of file are called {kind.name!r}")
        kinds[kind.name] = kind
    return MappingProxyType(kinds)


async def make(visit: "Visit", recipe: str) -> Made | NotMade:
    """What a recipe says, for whoever is here. A recipe that an older program wrote may be of no kind any more."""
    name, _, words = recipe.partition(" ")
    kind = find_files().get(name)
    return await kind.make(visit, words) if kind else NotMade(visit.say("file.gone"))


def files_of(message: Message) -> tuple[File, ...]:
    """What is handed over with the message."""
    return tuple(block for block in message.blocks if isinstance(block, File))
