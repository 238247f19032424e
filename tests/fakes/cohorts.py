"""A sample workspace with a cohort, its manager BOSS and members U1, U2 …, who talk like anybody."""

import re
from itertools import pairwise

from bot.message import Code, Message, Paragraph, plain
from tests.fakes.coached import Coached
from tests.fakes.notices import say
from tests.fakes.talking import buttons

STEP = "start role=billing education=bachelor experience=three-five leading=not-yet credential=none now=building"
CODE = re.compile(r"cohort join ([A-Z]{4}-[A-Z]{4}-[A-Z]{4})")
EVERYTHING = "everything"


def code_in(message: Message) -> str:
    """The code that a reply passes on, once."""
    found = [
        span.text
        for block in message.blocks
        if isinstance(block, Paragraph)
        for span in block.spans
        if isinstance(span, Code) and CODE.fullmatch(span.text)
    ]
    [line] = found
    return line.rpartition(" ")[2]


async def create(world: Coached, name: str = "Sample learners", *, user: str = "BOSS", tenant: str = "T1") -> str:
    """A new cohort; its code."""
    return code_in(await say(world, f"cohort create {name}", user=user, tenant=tenant))


async def enter(
    world: Coached, code: str, number: int, *, first: int = 1, fields: str = EVERYTHING, line: str = STEP
) -> None:
    """Members U<first> …, who are called Sample <first> …, join and share; each says a line before."""
    for each in range(first, first + number):
        await say(world, line, user=f"U{each}", name=f"Sample {each}")
        await say(world, f"cohort join {code} share {fields}", user=f"U{each}")


async def view(world: Coached, *, user: str = "BOSS", tenant: str = "T1", line: str = "cohort show") -> str:
    """What a manager reads."""
    return plain(await say(world, line, user=user, tenant=tenant))


async def row(world: Coached, user: str) -> str:
    """The line of the manager's table about one member, as that member's `privacy` has it; empty for none."""
    lines = plain(await say(world, "privacy", user=user)).splitlines()
    return next((after for line, after in pairwise(lines) if line.startswith("Person | ")), "")


def commands(message: Message) -> set[str]:
    return set(buttons(message).values())
