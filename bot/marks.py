"""Words that are no part of a message, and that its drawing may need. Set by `bot.conversation`, read by renderers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marks:
    """Words that a platform's drawing may have to add, in the reader's language; without one, signs."""

    cut: str = "…"
    """Stands where the platform has no room for the rest of the message."""
    pick: str = "→"
    """On the button that sends what was picked from a list, where picking alone does not."""
    part: str = "{number} / {total}"
    """Stands above each part of a message that a platform shows as several."""
