"""Where a member works: their site and region, each in a word or two. Called by `site` and `region`; a manager sees it
only where the member shares it.
"""

from typing import Literal

from bot.message import Button, Buttons, Input, Message, Paragraph, rich
from bot.visit import Visit

LONGEST = 60
"""Characters."""


def of_place(visit: Visit, what: Literal["site", "region"], said: str) -> Message:
    """Show, set or take back one of the two."""
    if not said:
        return _shown(visit, what)
    if len(said) > LONGEST:
        return _shown(visit, what, too_long=True)
    is_gone = said.lower() in ("remove", "none", "off")
    setattr(visit.member, what, None if is_gone else said)
    visit.session.add(visit.member)
    return _shown(visit, what)


def _shown(visit: Visit, what: str, *, too_long: bool = False) -> Message:
    say = visit.say
    there: str | None = getattr(visit.member, what)
    title = say(f"place.{what}.title", name=there) if there else say(f"place.{what}.none.title")
    said = Paragraph(rich(say("place.too-long", most=LONGEST) if too_long else say("place.who-sees")))
    field = Input(say(f"place.{what}.input"), what, button=say("place.button.save"))
    remove = (Buttons((Button(say("place.button.remove"), f"{what} remove"),)),) if there else ()
    return Message(title, (said, field, *remove))
