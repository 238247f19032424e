"""Where the sample workspace's messages arrive: a messenger that stores them, drawn for both platforms. Handed to the
courier by `preceptor demo`, `seed` and `tick`; read by the playground.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from adapters.slack.render import fallback
from adapters.slack.render import render as render_slack
from adapters.teams.actions import Place
from adapters.teams.render import render as render_teams
from bot.clock import Clocks
from bot.database import Database
from bot.errors import CannotReach
from bot.files import files_of
from bot.message import Message, plain
from bot.model.demo import DemoMessage
from bot.model.people import Member, Tenant
from bot.ports import Address, Receipt


def drawn(message: Message, *, command: str, opens: bool = False) -> dict[str, Any]:
    """The message as each platform's own JSON and as plain text; `notice` is what a notification would say. `opens`:
    with the buttons that open forms, for a reader who cannot press them; in the playground they are asked in words.
    """
    return {
        "title": message.title,
        "notice": fallback(message, unasked=message.discreet is not None),
        "slack": render_slack(message, command=command, opens=opens),
        "teams": render_teams(message, Place(opens=opens)),
        "plain": plain(message),
        "files": [asdict(file) for file in files_of(message)],
    }


class DemoMessenger:
    """A `bot.ports.Messenger` for the platform "demo". Every call stores a row, so that a repeat would show."""

    def __init__(self, database: Database, clocks: Clocks, *, command: str = "mentor") -> None:
        self._database = database
        self._calendar = clocks.calendar
        self._command = command

    async def send(self, address: Address, message: Message, *, key: str) -> Receipt:
        """Raises CannotReach for a member who does not exist."""
        stored = drawn(message, command=self._command)
        async with self._database.work() as session:
            member_id = (await session.exec(_member_of(address))).first()
            if member_id is None:
                raise CannotReach("no such sample member")
            row = DemoMessage(member_id=member_id, key=key, at=self._calendar.now(), message=stored)
            session.add(row)
            await session.flush()
            return Receipt(f"demo-{row.id}")

    async def look_up(
        self,
        address: Address,
        *,
        key: str,
        since: datetime,  # noqa: ARG002
    ) -> Receipt | None:
        """The sample inbox forgets nothing, so it is looked through from the beginning."""
        mine = select(DemoMessage.id).where(DemoMessage.key == key, col(DemoMessage.member_id).in_(_member_of(address)))
        async with self._database.work() as session:
            found = (await session.exec(mine)).first()
        return Receipt(f"demo-{found}") if found else None


def _member_of(address: Address) -> Any:
    mine = select(Member.id).join(Tenant).where(Tenant.platform == address.platform)
    return mine.where(Tenant.external_id == address.tenant, Member.user_id == address.user)
