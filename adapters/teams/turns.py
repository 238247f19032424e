"""What one activity of Teams says, typed. `adapters.teams.reading` makes turns; the surfaces work them."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

Json = Mapping[str, Any]


class Place(StrEnum):
    """What kind of conversation it is, in Teams' own words."""

    PERSONAL = "personal"
    GROUP = "groupChat"
    CHANNEL = "channel"


class Kind(StrEnum):
    """What happened."""

    MESSAGE = "message"
    """Somebody wrote, or pressed an Action.Submit (then `Turn.value` is not empty)."""
    INVOKE = "invoke"
    """Something that waits for an answer: `Turn.name` is adaptiveCard/action, task/fetch, task/submit …"""
    INSTALLED = "installed"
    """The app was added: for a person, a group chat or a team. Told once for each time."""
    REMOVED = "removed"
    """The app was taken away there."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A conversation, and how it is reached: all that is needed to write there later."""

    service_url: str
    conversation: str
    """Its id; in a channel, with the thread (`…;messageid=…`)."""
    tenant: str
    place: Place = Place.PERSONAL
    bot: str = ""
    """The mentor's own Teams id (28:…), the recipient of what people write."""

    def as_text(self) -> str:
        """For `Member.reference`."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str) -> "Reference | None":
        """What `as_text` wrote; None for anything else."""
        try:
            said = json.loads(text)
            return cls(**{**said, "place": Place(said["place"])})
        except (ValueError, TypeError, KeyError):
            return None


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody whose name Teams has proved."""

    tenant: str
    user: str
    """Their id in Microsoft Entra (`aadObjectId`), which is `Member.user_id`; their Teams id where they have none."""
    teams_id: str
    """29:…, for mentions, targeted messages and `userIds`."""
    name: str = ""
    """For mentions, and for the managers of the person's cohorts; never logged."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing that somebody did in Teams."""

    kind: Kind
    who: Who
    where: Reference
    activity: str
    """Its id."""
    text: str = ""
    """What was typed, without mentions of the mentor. Empty where it was `withheld`."""
    value: Json = field(default_factory=dict)
    """What a pressed card or a submitted form says."""
    name: str = ""
    """Of an invoke."""
    replies_to: str = ""
    """The activity whose card was pressed, or that was replied to."""
    team: str = ""
    """The team's id, in a channel."""
    locale: str | None = None
    """Such as "es-US"."""
    zone: str | None = None
    """IANA name."""
    is_targeted: bool = False
    """Its sender alone sees it in the group or channel (a slash command of the preview manifest)."""
    withheld: bool = False
    """It looked like patient data, so neither text nor value was kept."""
    interrupted: bool = False
    """Work on it was begun before and broke off: it is only said to have been, never done twice."""

    @property
    def is_private(self) -> bool:
        """Nobody else reads along."""
        return self.where.place is Place.PERSONAL
