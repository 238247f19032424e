"""What a message is on Slack besides a message: the window of its form, the Home tab. Drawn for the golden files and
the gallery, which show every example before anybody meets it.
"""

from collections.abc import Mapping

from adapters.slack.fitting import Drawn
from adapters.slack.views import Frame, form_view, home_view
from bot.message import Message
from content.wording import Wording


def frame_of(say: Wording, command: str = "mentor") -> Frame:
    """What stands round every modal."""
    return Frame(say("slack.modal.title"), say("slack.modal.close"), say("form.or-type"), say("form.choose"), command)


def views(message: Message, say: Wording, *, is_home: bool) -> Mapping[str, Drawn]:
    """By their names: `form`, `home`."""
    form = form_view(message.form, frame_of(say)) if message.form else None
    return {**({"form": form} if form else {}), **({"home": home_view(message)} if is_home else {})}
