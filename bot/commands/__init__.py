"""One file per command, found by folder scan: each holds `COMMAND`. `bot.conversation` asks for them once."""

import re
from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules

from bot.words import Command, Vocabulary


def find_commands() -> tuple[Command, ...]:
    """Every command of this folder, in the order of their names."""
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    commands = [module.COMMAND for module in modules]
    return tuple(sorted(commands, key=lambda command: command.name))


def vocabulary(commands: tuple[Command, ...]) -> Vocabulary:
    """Every name and alias → its command. Raises ValueError when two commands share a word."""
    words: dict[str, Command] = {}
    for command in commands:
        for word in (command.name, *command.aliases):
            if word in words:
                raise ValueError(f"both {words[word].name} and {command.name} answer to {word!r}")
            words[word] = command
    return words


def patterns(words: Vocabulary) -> Mapping[str, re.Pattern[str]]:
    """Every word → what the rest of its line must match whole, for `content.check`, which knows no commands."""
    return {word: command.pattern for word, command in words.items()}
