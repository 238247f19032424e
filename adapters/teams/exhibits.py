"""What a message is on Teams besides a message: the dialog of its form. Drawn for the golden files and the gallery,
which show every example before anybody meets it.
"""

from collections.abc import Mapping

from adapters.teams.dialogs import form_card, frame_of
from adapters.teams.texts import Element
from bot.message import Message
from content.wording import Wording


def views(message: Message, say: Wording) -> Mapping[str, Element]:
    """By their names: `form`."""
    card = form_card(message.form, frame_of(say)) if message.form else None
    return {"form": card} if card else {}
