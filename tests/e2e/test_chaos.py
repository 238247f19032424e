"""A few seconds of `make chaos` on both engines: real processes killed with SIGKILL, a platform that goes wrong, and
every message accounted for. The full form is `python -m tests.chaos`; only its waits are longer.
"""

import pytest

from tests.chaos.plan import short
from tests.chaos.run import run


@pytest.mark.long
@pytest.mark.timeout(400)  # for a machine that is busy with other work; it ends when all is settled
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
async def test_nothing_is_lost_or_doubled_whoever_is_killed(engine: str) -> None:
    told: list[str] = []
    plan = short(engine)
    report = await run(plan, told.append)
    result = report.reckoning
    assert report.ended, told
    assert (report.rows, len(report.kills)) == (plan.deliveries, plan.kills)
    assert sum(kill.taken for kill in report.kills) > 0, "no kill came between taking and recording"
    assert report.postgres_stops == (1 if engine == "postgresql" else 0)
    assert result.found > 0
    assert result.arrived >= plan.deliveries - sum(result.named.values())
    wrong = (result.doubled, result.lost, result.unsure, result.unwanted, result.unrecorded, result.strange)
    assert wrong == ([], [], [], [], [], []), told
