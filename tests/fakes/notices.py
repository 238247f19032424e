"""A coached workspace with somebody who runs the mentor and writes notices."""

from dataclasses import replace

from sqlmodel import col, select

from bot.commands import find_commands, vocabulary
from bot.conversation import Conversation, Knowledge, Request
from bot.message import Message
from bot.model.deliveries import SendBatch
from bot.visit import Deployment
from jobs.outbox import LedgerOutbox
from tests.fakes.coached import Coached

SAID = "The office is closed on Friday"


def run_by_bosses(world: Coached, knowledge: Knowledge, guard: int = 50) -> Coached:
    """The same world, run by BOSS of workspace T1 and BOSS of T2."""
    people = (("demo", "T1", "BOSS"), ("demo", "T2", "BOSS"))
    conversation = Conversation(
        world.database,
        knowledge,
        vocabulary(find_commands()),
        clocks=world.office.clocks,
        deployment=Deployment(operators=people, send_guard=guard),
        outbox=LedgerOutbox(),
    )
    return replace(world, conversation=conversation)


async def say(world: Coached, line: str, *, user: str = "BOSS", tenant: str = "T1", name: str = "") -> Message:
    request = Request("demo", tenant, user, line, zone="America/New_York", reference=user, name=name)
    return await world.conversation.answer(request)


async def join(world: Coached, number: int, tenant: str = "T1") -> None:
    for each in range(1, number + 1):
        await say(world, "coach on", user=f"U{each}", tenant=tenant)


async def batches(world: Coached) -> list[SendBatch]:
    async with world.database.work() as session:
        return list((await session.exec(select(SendBatch).order_by(col(SendBatch.id)))).all())


def got(world: Coached) -> list[str]:
    return sorted(address.user for address, _ in world.platform.received)
