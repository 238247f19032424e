"""What the program ships, read once in each of the tests' processes: nothing of it changes while they run. Used by
whoever composes a part of the program.
"""

from collections.abc import Mapping
from functools import cache

from bot.commands import find_commands, vocabulary
from bot.words import Vocabulary
from content.wording import Wording, load_wordings


@cache
def shipped_wordings() -> Mapping[str, Wording]:
    return load_wordings()


@cache
def shipped_words() -> Vocabulary:
    return vocabulary(find_commands())
