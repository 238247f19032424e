"""`preceptor deliveries batches` and `stop`: what was started together is watched and stopped, on both databases."""

from datetime import timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import CannotReach, TryLater
from bot.model.deliveries import Delivery, State
from jobs.outbox import skip_stopped
from tests.fakes.desk import MINUTE, Desk
from tests.fakes.toy_post import Platform, Trouble


def test_a_stopped_batch_keeps_what_was_sent_and_skips_the_rest(desk: Desk) -> None:
    desk.put(*({"state": "failed", "kind": "toy"} for _ in range(4)))
    desk.type("retry --all --state failed")
    platform = Platform()
    for user in ("T1-U2", "T1-U3"):
        platform.troubles[user].append(Trouble(TryLater(10 * MINUTE)))
    desk.deliver(platform)
    before = desk.type("batches").stdout.splitlines()

    done = desk.type("stop 1")

    assert before[1].split()[-6:] == ["2", "0", "0", "0", "under", "way"]
    assert done.stdout == "Batch 1 is stopped: 2 messages will not be sent, 2 were.\n"
    assert sorted(desk.states()) == ["sent", "sent", "skipped", "skipped"]
    assert desk.row(2).reason == "stopped by the operator"
    assert desk.type("batches").stdout.splitlines()[1].split()[-1] == "stopped"
    assert desk.deliver(Platform(), after=timedelta(hours=2)) == 0
    assert desk.type("stop 1").stdout == "Batch 1 is stopped: 0 messages will not be sent, 2 were.\n"


def test_one_that_is_retried_alone_stays_in_its_batch_while_that_runs(desk: Desk) -> None:
    desk.put(*({"state": "failed", "kind": "toy"} for _ in range(2)))
    desk.type("retry --all --state failed")
    platform = Platform()
    platform.troubles["T1-U1"].append(Trouble(CannotReach("user_disabled")))
    desk.deliver(platform)
    desk.type("retry 1 --yes")
    assert desk.row(1).batch_id == 1
    desk.type("stop 1")
    assert (desk.row(1).state, desk.row(1).reason) == ("skipped", "stopped by the operator")
    desk.type("retry 1 --yes")
    assert desk.deliver(Platform(), after=timedelta(minutes=1)) == 1


def test_what_comes_back_to_a_stopped_batch_is_not_sent(desk: Desk) -> None:
    """A row that was on its way when its batch was stopped, and is pending again: whoever claims it skips it."""
    desk.put({"state": "failed", "kind": "toy"}, {"state": "failed", "kind": "toy"})
    desk.type("retry --all --state failed")
    desk.type("stop 1")
    desk.work(_come_back)

    platform = Platform()
    assert (desk.deliver(platform), platform.asked) == (0, [])
    assert {desk.row(number).reason for number in (1, 2)} == {"stopped by the operator"}


def test_what_comes_back_to_a_stopped_batch_is_skipped_when_the_planner_looks(desk: Desk) -> None:
    desk.put({"state": "failed"}, {"state": "failed"}, {})
    desk.type("retry --all --state failed")
    desk.type("stop 1")
    desk.work(_come_back)

    assert desk.work(lambda session: skip_stopped(session, desk.now)) == 2
    assert desk.states() == ["skipped", "skipped", "pending"]
    assert desk.work(lambda session: skip_stopped(session, desk.now)) == 0


async def _come_back(session: AsyncSession) -> None:
    mine = await session.exec(select(Delivery).where(Delivery.batch_id == 1))
    for row in mine:
        row.state, row.reason = State.PENDING, "asked to wait"


def test_what_was_stopped_can_be_sent_after_all(small: Desk) -> None:
    small.put({"state": "failed", "kind": "toy"}, {"state": "failed", "kind": "toy"})
    small.type("retry --all --state failed")
    small.type("stop 1")

    small.type("retry --all --state skipped --reason stopped")
    small.type("retry 1")

    assert small.deliver(Platform()) == 2


def test_no_batches_is_one_sentence(small: Desk) -> None:
    assert small.type("batches").stdout == "Nobody has started a batch.\n"
