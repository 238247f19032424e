"""Something on a card was pressed, or a form filled in: answered with the card that takes the place of the pressed one,
with a dialog, or, for clients that only send a message, by replacing the card. Called by `adapters.teams.listeners`.
"""

import logging
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any

from adapters.teams import dialogs
from adapters.teams.files import CONSENT
from adapters.teams.inbound import Hands
from adapters.teams.render import cards, render
from adapters.teams.replies import Replies
from adapters.teams.sdk.adapter import InvokeAnswer
from adapters.teams.submitted import Submission, command_line, submission
from adapters.teams.texts import Element
from adapters.teams.turns import Json, Turn
from bot.form import Form
from bot.message import Message

log = logging.getLogger(__name__)

CARD_ACTION, FETCH, SUBMIT = "adaptiveCard/action", "task/fetch", "task/submit"
MESSAGE = "application/vnd.microsoft.activity.message"
REMEMBERED = timedelta(seconds=10)
"""How long a press that came as a message is taken for the same press, should it come again."""


class Presses:
    """Answers invokes, and presses that came as messages."""

    def __init__(self, hands: Hands, replies: Replies) -> None:
        self._replies = replies
        self._files = hands.files
        self._background = hands.background
        self._clock = hands.wiring.clocks.machine
        self._seen: OrderedDict[tuple[str, str, str], datetime] = OrderedDict()

    async def invoked(self, turn: Turn) -> InvokeAnswer | None:
        """The answer; None for an invoke that nobody here knows."""
        match turn.name:
            case "adaptiveCard/action":
                return await self._pressed(turn)
            case "task/fetch":
                return await self._opened(turn)
            case "task/submit":
                return await self._submitted(turn)
            case "fileConsent/invoke":
                return await self._files.consented(turn)
            case _:
                return None

    async def _pressed(self, turn: Turn) -> InvokeAnswer:
        message = await self._replies.said(turn, command_line(data_of(turn)))
        first, *others = cards(message) if turn.is_private else [render(message)]
        if others:
            self._background.start(self._replies.show(turn.where, "", message, others))
        return _refreshed(first)

    async def _opened(self, turn: Turn) -> InvokeAnswer:
        """A dialog with the form that the reply offers, or with the reply itself where it offers none."""
        message = await self._replies.said(turn, command_line(data_of(turn)))
        return InvokeAnswer(self._dialog(message, message.form, turn.replies_to))

    async def _submitted(self, turn: Turn) -> InvokeAnswer:
        """What does not fit stands beside its field; else the dialog ends, and the message it came from shows the
        result.
        """
        given = submission(data_of(turn))
        message = await self._replies.said(turn, given.line if given else command_line(data_of(turn)))
        if given is None:
            return InvokeAnswer(dialogs.opened_with(message))
        if again := _once_more(message, given):
            return InvokeAnswer(self._dialog(message, again, given.origin))
        if not turn.is_private:
            return InvokeAnswer(dialogs.opened_with(message))
        self._background.start(self._replies.show(turn.where, given.origin, message, cards(message)))
        return InvokeAnswer()

    def _dialog(self, message: Message, form: Form | None, origin: str) -> Json:
        card = dialogs.form_card(form, self._replies.frame, origin=origin) if form else None
        if form is None or card is None:
            return dialogs.opened_with(message)
        return dialogs.opened(card, form.title, len(form.fields))

    async def sent(self, turn: Turn) -> None:
        """A press in a personal chat that came as a message: the card it stood on is replaced."""
        given = submission(turn.value)
        line = given.line if given else command_line(turn.value)
        if self._came_before(turn, line):
            return
        message = await self._replies.said(turn, line)
        drawn = cards(message)
        again = _once_more(message, given) if given else None
        if again and (card := dialogs.form_card(again, self._replies.frame, origin=turn.replies_to)):
            drawn = [card]
        await self._replies.show(turn.where, turn.replies_to, message, drawn)

    def _came_before(self, turn: Turn, line: str) -> bool:
        now = self._clock.now()
        while self._seen and now - next(iter(self._seen.values())) > REMEMBERED:
            self._seen.popitem(last=False)
        press = (turn.who.user, turn.replies_to, line)
        if not line or not turn.replies_to:
            return False
        came, self._seen[press] = press in self._seen, self._seen.get(press, now)
        return came

    def late(self, turn: Turn) -> InvokeAnswer:
        """Said while the answer is still being made."""
        words = self._replies.say("teams.wait")
        if turn.name == CONSENT:
            return InvokeAnswer()
        return _told(words) if turn.name == CARD_ACTION else InvokeAnswer(dialogs.ended_with(words))

    def broken(self, turn: Turn, error: Exception) -> InvokeAnswer:
        self._replies.trouble(error)
        words = self._replies.say("teams.broken")
        if turn.name == CONSENT:
            return InvokeAnswer(status=500)
        return _told(words) if turn.name == CARD_ACTION else InvokeAnswer(dialogs.ended_with(words))

    async def finished(self, turn: Turn, answer: InvokeAnswer | None) -> None:
        """An answer that came too late for its press: its card is put where the pressed one stands, or below it."""
        card = _card_in(answer.body if answer else None)
        if card and turn.is_private:
            pressed = turn.replies_to if turn.name == CARD_ACTION else ""
            await self._replies.show(turn.where, pressed, Message(card.get("fallbackText", "")), [card])


def data_of(turn: Turn) -> Json:
    """What a pressed action says, whichever way it came."""
    action = turn.value.get("action")
    data = action.get("data") if isinstance(action, dict) else turn.value.get("data")
    return data if isinstance(data, dict) else turn.value


def _once_more(message: Message, given: Submission) -> Form | None:
    """The form to fill in again, with what was filled in and with what does not fit; None where all of it fits."""
    form = message.form
    if form is None or not any(field.misfit for field in form.fields):
        return None
    return dialogs.refilled(form, given.values)


def _refreshed(card: Element) -> InvokeAnswer:
    return InvokeAnswer({"statusCode": 200, "type": dialogs.CARD, "value": card})


def _told(words: str) -> InvokeAnswer:
    return InvokeAnswer({"statusCode": 200, "type": MESSAGE, "value": words})


def _card_in(body: Any) -> Element | None:
    match body:
        case {"type": dialogs.CARD, "value": dict(card)}:
            return card
        case {"task": {"value": {"card": {"content": dict(card)}}}}:
            return card
        case _:
            return None
