"""The program with shorter waits, for the short form of chaos that runs in `make test`: the same ledger, courier and
engine as `preceptor`, with a lease of 2.5 s where it has 20 s, and looks after 3 s and 4.5 s where it has 30 s and
45 s. The platform's lag is shortened to match. Forked by `tests.chaos.zygote` as serve, worker or tick; as night, for
`tests.chaos.night`, it waits as long as the program does.
"""

import asyncio
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from adapters.composition import Mentor, deployment_of, load_knowledge, real_clocks
from adapters.post import open_post_office
from adapters.server import stop_signal
from bot.clock import Clocks, FixedClock
from bot.commands import find_commands, vocabulary
from bot.conversation import Conversation, Knowledge
from bot.database import open_database
from bot.settings import Settings, read_settings
from jobs import distributed, engines, job_table
from jobs.outbox import LedgerOutbox
from jobs.pacing import Rate
from jobs.post_office import PostOffice
from jobs.service import run_jobs
from jobs.tick import tick

SHORT: Mapping[str, Any] = {
    "timeout": timedelta(seconds=1),
    "lease": timedelta(seconds=2.5),
    "idle": timedelta(seconds=0.5),
    "first_look": timedelta(seconds=3),
    "second_look": timedelta(seconds=4.5),
    "look_rates": {"slack": Rate(500)},
}


def main() -> None:
    """Be the process that the first argument names, until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    asyncio.run(_run(sys.argv[1]))


@cache
def knowledge() -> Knowledge:
    """The shipped content, loaded once, before the zygote forks."""
    return load_knowledge(Settings())


async def _run(role: str) -> None:
    settings = read_settings(os.environ)
    database, clocks, deployment = open_database(settings.DATABASE_URL), real_clocks(), deployment_of(settings)
    words = vocabulary(find_commands())
    conversation = Conversation(
        database, knowledge(), words, clocks=clocks, deployment=deployment, outbox=LedgerOutbox()
    )
    mentor = Mentor(settings, database, knowledge(), deployment, clocks, conversation)
    try:
        async with open_post_office(mentor) as usual:
            await _play(role, usual, stop_signal())
    finally:
        await database.close()


def _hurry_the_queue() -> None:
    """Dead workers' jobs are looked for within seconds."""
    distributed.BEAT, job_table.SILENT = timedelta(seconds=0.5), timedelta(seconds=2)


async def _night(office: PostOffice, instants: Sequence[datetime], stop: asyncio.Event) -> None:
    """One look after the other, with the calendar at those instants. No wait is shortened."""
    for now in instants:
        clocks = Clocks(calendar=FixedClock(now), machine=office.clocks.machine)
        await tick(replace(office, clocks=clocks), stop=stop)


async def _play(role: str, usual: PostOffice, stop: asyncio.Event) -> None:
    if role == "night":
        await _night(usual, [datetime.fromisoformat(each) for each in sys.argv[2:]], stop)
        return
    _hurry_the_queue()
    office = replace(usual, limits=replace(usual.limits, **SHORT))
    match role:
        case "tick":
            await tick(office, stop=stop)
        case "worker":
            await engines.worker(office, lambda: None).run(stop)
        case _:
            await run_jobs(office, engines.engine_beside_planning(office), stop)
