"""Subcommands that are loaded when they are called, so that none waits for what the others import. `adapters.cli.main`
lists them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click


@dataclass(frozen=True, slots=True)
class Late:
    """A subcommand by its place and its summary."""

    place: str
    """Its module and its name in there, as in "adapters.cli.asking:ask"."""
    summary: str
    """The first sentence of its own help, for the list of commands."""

    def load(self) -> click.Command:
        module, _, name = self.place.partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


class LateGroup(click.Group):
    """A group whose list of commands is written without loading them."""

    def __init__(self, *, late: Mapping[str, Late], **settings: Any) -> None:
        commands: Any = _Commands(late)  # click asks for one that can be changed, and changes it only when told to
        super().__init__(commands=commands, **settings)
        self._summaries = {name: command.summary for name, command in late.items()}

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(sorted(self._summaries.items()))


class _Commands(Mapping[str, click.Command]):
    """What click holds as a group's commands; looking one up loads it."""

    def __init__(self, late: Mapping[str, Late]) -> None:
        self._late = late

    def __getitem__(self, name: str) -> click.Command:
        return self._late[name].load()

    def __iter__(self) -> Iterator[str]:
        return iter(self._late)

    def __len__(self) -> int:
        return len(self._late)
