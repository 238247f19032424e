"""What it costs that there are many members: a look at the clock when nobody is due and when 1 % are, memory, and room
on the disk; against asking every member, and planning them one by one. Called by `python -m tests.bench`, or by itself.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.composition import open_mentor
from adapters.post import open_post_office
from bot.clock import Week
from bot.database import Database
from bot.mentoring.coaching import due_instant
from bot.model.coaching import CoachingPlan
from bot.model.people import Member
from bot.settings import read_settings
from bot.visit import zone_or_guess
from jobs.distributed import DistributedEngine
from jobs.engine import new_courier
from jobs.health import health_at
from jobs.outbox import skip_stopped
from jobs.planner import BATCH, plan_due
from jobs.post_office import PostOffice
from tests.bench.bench_stage import ENGINES, PATIENCE, Stage, open_stage, settings_of
from tests.bench.population import Town, make_due, settle

SIZES = (1000, 100_000, 1_000_000)
SHARE = 100
"""One member in so many is due."""
LOOKS, ASKED, ONE_BY_ONE = 40, 10_000, 100
"""How often, and of how many members, something small is done; the figures are for each."""


class TimedDatabase(Database):
    """Remembers how long each unit of work took: on SQLite nobody else writes meanwhile."""

    def __init__(self, timed: Database) -> None:
        super().__init__(timed.engine)
        self.units: list[float] = []

    @asynccontextmanager
    async def work(self) -> AsyncIterator[AsyncSession]:
        began = time.perf_counter()
        async with super().work() as session:
            yield session
        self.units.append(time.perf_counter() - began)


@dataclass(slots=True)
class Watch:
    """Seconds, while it ran."""

    wall: float = 0.0
    cpu: float = 0.0
    """Of this process, and of PostgreSQL's."""


class Planner:
    """What `serve` does every minute, in this process."""

    def __init__(self, stage: Stage, office: PostOffice) -> None:
        self.stage, self.database, self._office = stage, office.database, office
        self._engine = DistributedEngine(office) if stage.server else None
        self._now = office.clocks.machine.now

    @asynccontextmanager
    async def watch(self) -> AsyncIterator[Watch]:
        watch = Watch()
        wall, cpu, other = time.perf_counter(), time.process_time(), self.stage.cpu().database
        yield watch
        watch.wall = time.perf_counter() - wall
        watch.cpu = time.process_time() - cpu + self.stage.cpu().database - other

    async def plan(self, database: Database, batch: int = BATCH) -> int:
        """Plan whoever is due; returns how many those were."""
        enqueue = self._engine.enqueue if self._engine else None
        counts = await plan_due(database, self._office.nudges, self._now(), batch=batch, enqueue=enqueue)
        return counts.planned.total()

    async def look(self) -> None:
        """All that is looked at: who is due, what waits to be sent, and what is overdue."""
        async with self.database.work() as session:
            await skip_stopped(session, self._now())
        await self.plan(self.database)
        if self._engine:
            await self._engine.refill()
        else:
            await new_courier(self._office).deliver_due()
        async with self.database.reading() as session:
            await health_at(session, self._now())

    async def ask_everybody(self) -> None:
        """The same question without an index: the due instant of every member, worked out anew."""
        everybody = select(CoachingPlan, Member.zone).join(Member, col(Member.id) == col(CoachingPlan.member_id))
        async with self.database.reading() as session:
            for plan, zone in (await session.exec(everybody.limit(ASKED))).all():
                due_instant(plan, Week.parse(plan.next_slot or ""), zone_or_guess(zone))


def run(*, full: bool = False) -> list[str]:
    """A few lines for each engine. Of a full run everybody had a note before."""
    return [line for engine in ENGINES for line in asyncio.run(_engine(engine, weeks=int(full)))]


async def _engine(engine: str, weeks: int) -> list[str]:
    sizes = " / ".join(f"{size:,}" for size in SIZES)
    looks, memory, planned, room, there = [], [], [], "", 0
    async with open_stage(engine, Town(SIZES[0], weeks=weeks)) as stage:
        for size in SIZES:
            if there:
                await settle(stage.url, Town(size - there, weeks=weeks, first=there + 1))
            there = size
            async with _planner(stage) as planner:
                looks.append(await _idle(planner))
                planned = await _planning(planner, size) if size == SIZES[-1] else []
            if size == SIZES[-1]:
                room = await _room(stage)
            memory.append(await _memory(stage, size))
    idle = " / ".join(f"{each * 1000:.1f}" for each in looks)
    told = [
        f"a look with nobody due, at {sizes} members: {idle} ms CPU, last to first {looks[-1] / looks[0]:.2f}",
        *planned,
        f"memory after planning 1 % and sending, at {sizes} members: {' / '.join(memory)} MB",
        room,
    ]
    return [f"{ENGINES[engine]}, {line}" for line in told]


@asynccontextmanager
async def _planner(stage: Stage) -> AsyncIterator[Planner]:
    settings = read_settings(settings_of(stage))
    async with open_mentor(settings) as mentor, open_post_office(mentor) as office:
        yield Planner(stage, office)


async def _idle(planner: Planner) -> float:
    """CPU seconds of a look at the clock when nobody is due."""
    await planner.look()
    async with planner.watch() as watch:
        for _ in range(LOOKS):
            await planner.look()
    return watch.cpu / LOOKS


async def _planning(planner: Planner, members: int) -> list[str]:
    async with planner.watch() as asking:
        await planner.ask_everybody()
    await make_due(planner.stage.url, members // ONE_BY_ONE, remainder=2)
    async with planner.watch() as slow:
        few = await planner.plan(planner.database, batch=1)
    await make_due(planner.stage.url, SHARE, remainder=1)
    database = TimedDatabase(planner.database)
    async with planner.watch() as fast:
        many = await planner.plan(database)
    if (few, many) != (ONE_BY_ONE, members // SHARE):
        raise AssertionError(f"planned {few} and {many}")
    took = f"{fast.wall:.2f} s, {fast.cpu:.2f} s CPU, longest transaction {max(database.units) * 1000:.0f} ms"
    ratio = (slow.cpu / few) / (fast.cpu / many)
    everybody = f"{asking.cpu * members / ASKED:.0f} s CPU ({ASKED:,} were)"
    return [
        f"planning the {many:,} of {members:,} that are due: {took}; one by one {ratio:.1f} times the CPU each",
        f"had all {members:,} been asked whether they are due: {everybody}",
    ]


async def _memory(stage: Stage, members: int) -> str:
    """Of each process that serves the engine, when it has planned 1 % and sent for a while."""
    await make_due(stage.url, SHARE, remainder=10 + SIZES.index(members))  # nobody who had this week's note
    (before,) = await stage.ask("SELECT coalesce(max(id), 0) FROM delivery")
    taken = len(stage.slack.times)
    programs = {"serve": await stage.serve()}
    if stage.server:
        programs["worker"] = await stage.work()
    await stage.until("SELECT max(id) >= :last FROM delivery", last=before + members // SHARE)
    await stage.slack.until(taken + min(members // SHARE, 500), seconds=PATIENCE)
    if members < SIZES[-1]:
        await stage.recorded()  # so that the next look finds nothing
    told = " + ".join(f"{program.memory:.0f} ({name})" for name, program in programs.items())
    await stage.stop()
    return told


async def _room(stage: Stage) -> str:
    """Bytes on the disk, indexes included."""
    table = "SELECT sum(pgsize) FROM dbstat JOIN sqlite_master USING (name) WHERE tbl_name {}"
    if stage.server:
        table = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname {}"
    (of_notes,) = await stage.ask(table.format("= 'delivery'"))
    (of_members,) = await stage.ask(table.format("IN ('member', 'coachingplan', 'progressevent')"))
    (notes,) = await stage.ask("SELECT count(*) FROM delivery")
    (members,) = await stage.ask("SELECT count(*) FROM member")
    return f"{of_members / members:.0f} bytes a member and {of_notes / notes:.0f} a note ({notes:,}), indexes included"


if __name__ == "__main__":
    print("\n".join(run()))
