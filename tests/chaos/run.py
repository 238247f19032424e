"""One run of chaos on one engine: a platform that goes wrong, members whose notes are due, processes that are killed
and come back, until every row of the ledger has ended; then the reckoning. Called by `python -m tests.chaos` and, in
its short form, by a test.
"""

import asyncio
import random
import socket
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from bot.clock import MachineClock
from tests.chaos.books import Books
from tests.chaos.far_side import FarSide
from tests.chaos.household import Household
from tests.chaos.killer import Killer
from tests.chaos.plan import Event, Plan
from tests.chaos.postgres import OwnPostgres
from tests.chaos.reckoning import Reckoning, reckon
from tests.chaos.report import Report
from tests.chaos.stage import Say, open_stage

REMINDERS = 0.1
OPT_OUTS = 0.01


@dataclass
class Scene:
    """Everything that takes part in one run."""

    plan: Plan
    say: Say
    books: Books
    far: FarSide
    household: Household
    killer: Killer
    postgres: OwnPostgres | None
    started: float = field(default_factory=time.monotonic)
    looked_for: dict[str, float] = field(default_factory=dict)
    """Key → when (seconds, our clock) it was last seen to become unsure."""
    parts_left: list[float] = field(default_factory=list)
    arrived: int = 0

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.started

    def may_kill(self, killed: int) -> bool:
        """Kills keep step with the messages that arrive, so that they fall into every part of the run."""
        share = self.arrived / self.plan.deliveries
        return killed < self.plan.kills * min(1.0, 0.05 + 1.05 * share)


@asynccontextmanager
async def _scene(plan: Plan, say: Say) -> AsyncIterator[Scene]:
    chance = random.Random(plan.seed)
    async with open_stage(plan.engine, plan.rules, say, plan.program) as stage:
        household = Household(stage.place, chance, plan.real_share)
        killer = Killer(stage.books, stage.far, household, chance, plan.kills, plan.least_pause)
        scene = Scene(plan, say, stage.books, stage.far, household, killer, stage.postgres)
        scene.parts_left += plan.parts
        killer.may_kill = scene.may_kill
        try:
            yield scene
        finally:
            await household.close()


async def run(plan: Plan, say: Say) -> Report:
    """Carry it out. `say` hears of the progress."""
    async with _scene(plan, say) as scene:
        await _add_members(scene)
        _move_in(scene)
        scene.started = time.monotonic()
        beside: list[Coroutine[Any, Any, None]] = [
            scene.killer.watch(),
            _watch_settling(scene),
            _go_along(scene),
        ]
        tasks = [asyncio.create_task(each) for each in (scene.killer.run(), *beside)]
        try:
            ended = await _until_it_is_over(scene, tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        return await _report(scene, ended)


def _move_in(scene: Scene) -> None:
    """The processes of this engine; on both, `tick` plans beside `serve`."""
    household, plan = scene.household, scene.plan
    for _ in range(plan.serves if plan.engine == "postgresql" else 1):
        household.open(("serve", "--port", str(_free_port())))
    for _ in range(plan.workers if plan.engine == "postgresql" else 0):
        household.open(("worker",))
    household.open(("tick",), rest=plan.tick_every)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def _add_members(scene: Scene) -> None:
    share = scene.parts_left.pop(0)
    deliveries = round(scene.plan.deliveries * share)
    reminders = round(deliveries * REMINDERS)
    await scene.books.add(deliveries - reminders, scene.plan.workspaces, reminders, scene.far.add_members)


async def _until_it_is_over(scene: Scene, tasks: Sequence[asyncio.Task[None]]) -> bool:
    """Wait until every row has ended, the killing (the first task) too; False when patience did."""
    killing = tasks[0]
    while scene.elapsed < scene.plan.patience:
        await asyncio.sleep(1)
        for task in tasks:
            if task.done():
                task.result()  # raises what went wrong with it
        rows = (await scene.books.states()).total()
        is_whole = not scene.parts_left and rows >= len(scene.books.expected.keys)
        if is_whole and killing.done() and await scene.books.is_settled():
            return True
    for row in await scene.books.open_rows():
        scene.say(row)
    return False


async def _watch_settling(scene: Scene) -> None:
    before: set[str] = set()
    while True:
        await asyncio.sleep(0.5)
        now = await scene.books.settling()
        scene.looked_for.update(dict.fromkeys(now - before, MachineClock().now().timestamp()))
        before = now


async def _go_along(scene: Scene) -> None:
    """Tell how far it is, and let things go wrong when their time has come; until cancelled."""
    coming, told = list(scene.plan.events), 0.0
    async with asyncio.TaskGroup() as under_way:
        while True:
            scene.arrived = (await scene.far.totals())["keys"]
            while coming and scene.arrived >= coming[0].share * scene.plan.deliveries:
                under_way.create_task(_happen(scene, coming.pop(0)))
            if scene.elapsed >= told:
                told = scene.elapsed + 10
                scene.say(await _standing(scene))
            await asyncio.sleep(0.5)


async def _standing(scene: Scene) -> str:
    states = ", ".join(f"{number} {state}" for state, number in sorted((await scene.books.states()).items()))
    kills = len(scene.killer.kills)
    return f"  {scene.elapsed:4.0f} s: {scene.arrived} arrived, {kills} kills; ledger: {states}"


async def _happen(scene: Scene, event: Event) -> None:
    match event.what:
        case "members":
            await _add_members(scene)
        case "opt-out":
            await scene.books.opt_some_out(round(scene.plan.deliveries * OPT_OUTS))
        case "stall":
            await scene.killer.stall(event.seconds)
        case "postgres":
            if scene.postgres:
                await scene.postgres.crash(event.seconds)
        case _:
            hit = [f"SAMPLE{number + 1}" for number in range(event.workspaces)]
            await scene.far.stretch(event.what, event.seconds, hit or None)


async def _report(scene: Scene, ended: bool) -> Report:  # noqa: FBT001 - how the run ended
    arrivals = await scene.far.arrivals()
    entries = await scene.books.entries()
    reckoning: Reckoning = reckon(entries, scene.books.expected, arrivals, scene.looked_for)
    times = [at for each in arrivals.values() for at in each]
    return Report(
        plan=scene.plan,
        reckoning=reckoning,
        kills=scene.killer.kills,
        counts=await scene.far.totals(),
        starts=scene.household.starts,
        gone=scene.household.gone,
        stalls=scene.killer.stalls,
        postgres_stops=scene.postgres.stops if scene.postgres else 0,
        rows=len(entries),
        duration=scene.elapsed,
        drain=max(times, default=0.0) - min(times, default=0.0),
        ended=ended,
    )
