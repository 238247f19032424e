"""What is wrong in a content file, told to the person who edits it. `content.library`, `content.check` and
`content.wording` raise or return it; `preceptor content check` prints it.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Fault:
    """One thing to mend."""

    path: str
    """The file, below the folder that was handed in and with that folder before it."""
    line: int
    """Counted from 1; 1 also where the whole file is meant."""
    says: str
    """A sentence that says where and what to do, for an editor who is no programmer."""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.says}"


class ContentFault(Exception):
    """The content cannot be used as it stands."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(map(str, self.faults)) or self.__doc__)
