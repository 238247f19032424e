"""One thing that `preceptor doctor` looked at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, and what it says."""

    what: str
    says: str
    mend: str = ""
    """What to do; empty when all is well."""
