"""What can be pressed on a card. In a chat a press is answered with the card that takes its place; clients that know no
such press send a message instead. In a dialog there is only its own submit. Drawn by `adapters.teams.render` and
`adapters.teams.dialogs`; `adapters.teams.submitted` reads the data back.
"""

from dataclasses import dataclass
from typing import Any

from adapters.teams.fitting import cost, shorten
from adapters.teams.submitted import opening, pressed
from adapters.teams.texts import Element, plainly
from bot.message import Button

VERB = "say"
"""What a press asks of us; its data holds the line that is said."""
STYLES = {"plain": "default", "primary": "positive", "danger": "destructive"}
FALLBACK_COST = 6000
"""An action that takes more bytes carries no second form of itself."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a card is shown."""

    opens: bool = True
    """Dialogs can be opened from it."""
    is_dialog: bool = False
    """It stands in a dialog itself."""


def button(one: Button, place: Place) -> Element:
    """A button that says its command line, or opens the form that the reply to it offers."""
    if one.opens and place.opens and not place.is_dialog:
        drawn = submit(one.label, opening(one.command))
    else:
        drawn = saying(one.label, pressed(one.command), place)
    return drawn if one.style == "plain" else _styled(drawn, STYLES[one.style])


def saying(title: str, data: dict[str, Any], place: Place) -> Element:
    """An action whose reply takes the card's place."""
    sent = submit(title, data)
    if place.is_dialog:
        return sent
    fallback = {"fallback": sent} if cost(sent) <= FALLBACK_COST else {}
    return {**sent, "type": "Action.Execute", "verb": VERB, **fallback}


def submit(title: str, data: dict[str, Any]) -> Element:
    """An action that sends its data and the card's fields."""
    return {"type": "Action.Submit", "title": plainly(shorten(title, 500)) or "…", "data": data}


def _styled(drawn: Element, style: str) -> Element:
    inner = {"fallback": {**drawn["fallback"], "style": style}} if "fallback" in drawn else {}
    return {**drawn, "style": style, **inner}
