"""The welcome: what the mentor does, what it stores, that an employer may be able to read along, how to stop. Every
member gets it once, under whatever they are first told (`bot.conversation`); `home` shows it until they have a step.
"""

from bot.message import Block, Button, Buttons, Paragraph, rich
from content.wording import Wording


def welcome(say: Wording) -> tuple[Block, ...]:
    """The welcome, and a button that shows what a manager sees."""
    button = Button(say("talk.privacy-button"), "privacy")
    return (Paragraph(rich(say("talk.first-notice")), quiet=True), Buttons((button,)))
