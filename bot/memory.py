"""What this process remembers of those who asked lately, for as long as nobody has written to the database since: then
an answer need not read it again. Kept by `bot.database`, used by `bot.conversation`, told by `bot.logbook`.

It forgets everything with the first commit that is not the logbook's, whoever made it, so there is nothing to drop by
hand and nothing that could be stale. Where no database can tell about commits (PostgreSQL) nothing is remembered.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import set_committed_value

from bot.visitors import Visitor

MOST = 2000
"""People who are remembered at a time."""
Person = tuple[str, str, str]
"""Platform, workspace and user, by the platform's own ids."""


@dataclass(slots=True)
class Known:
    """One person, as of one version of the database. What it holds is read by many answers and changed by none."""

    as_of: object
    notes: int
    """How many notes the logbook had written by then."""
    visitor: Visitor | None = None
    facts: dict[Hashable, Any] = field(default_factory=dict)
    """What a command has read about them, by a name of its own."""


class Memory:
    """One for each database. `version` names its state, None where it cannot."""

    def __init__(self, version: Callable[[], object | None]) -> None:
        self._version = version
        self._as_of: object | None = None
        self._people: dict[Person, Known] = {}
        self._visitors: dict[int, Visitor] = {}
        self._notes = 0

    def of(self, person: Person) -> Known | None:
        """What is known of somebody, to be looked up before anything is read; None where nothing may be remembered."""
        version = self._version()
        if version is None or version != self._as_of or len(self._people) >= MOST:
            self.forget()
            self._as_of = version
        return None if version is None else self._people.setdefault(person, Known(version, self._notes))

    def forget(self) -> None:
        self._people, self._visitors, self._as_of = {}, {}, None

    def keep(self, known: Known, visitor: Visitor) -> None:
        """Remember who somebody is. Not where a note was written since they were looked up: it may be about them."""
        if known.as_of == self._as_of and known.notes == self._notes and visitor[1].id is not None:
            known.visitor = self._visitors[visitor[1].id] = visitor

    def holds(self, known: Known) -> bool:
        """Whether nobody has written since they were looked up, so that all that was read is of one moment."""
        return self._version() == known.as_of

    def saw(self, member_id: int, at: datetime | None) -> None:
        """The logbook has noted when somebody was last seen, on the one connection whose commits change no version."""
        self._notes += 1
        if at and (visitor := self._visitors.get(member_id)):
            set_committed_value(visitor[1], "last_active_at", at)
