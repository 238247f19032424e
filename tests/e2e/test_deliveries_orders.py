"""`preceptor deliveries retry` and `abandon`: what an operator may change and what is left alone, on both databases."""

from datetime import timedelta
from typing import Any

import pytest

from adapters.cli.orders_told import abandoned
from bot.database import Database
from bot.model.deliveries import Delivery, State
from jobs.desk import Which, abandon, choose, refuses_abandon
from jobs.ledger import REPEAT
from tests.fakes.desk import MINUTE, Desk
from tests.fakes.observed import fall_behind
from tests.fakes.toy_post import NOON, Platform, rows

LOST: dict[str, Any] = {"state": "unsure", "reason": "no answer in time"}


def test_what_failed_or_was_skipped_goes_once_more(desk: Desk) -> None:
    failed = {"state": "failed", "reason": "user_disabled", "attempts": 1, "claimed_by": "process 1"}
    ids = desk.put(failed, {"state": "skipped", "reason": "missed"})

    done = desk.type(f"retry {ids[0]} {ids[1]}")

    assert done.exit_code == 0
    assert "To send once more: 2 messages to 2 people in 1 workspace.\n" in done.stdout
    rows = [desk.row(number) for number in ids]
    assert [(row.state, row.reason, row.claimed_by) for row in rows] == [("pending", "retried by the operator", "")] * 2
    assert rows[0].attempts == 1


def test_the_courier_sends_what_was_retried(desk: Desk) -> None:
    number = desk.put({"state": "failed", "reason": "user_disabled", "kind": "toy"})[0]
    desk.type(f"retry {number}")

    assert desk.deliver(platform := Platform()) == 1
    assert [address.user for address, _ in platform.received] == ["T1-U1"]
    assert desk.row(number).state == "sent"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"state": "sent"}, "was sent, and nothing is sent twice"),
        ({"state": "pending"}, "waits to be sent as it is"),
        ({"state": "sending", "lease_until": 5 * MINUTE}, "is being sent at this moment"),
        ({"state": "sending", "lease_until": -5 * MINUTE}, "was being sent when its process ended"),
    ],
)
def test_what_may_not_be_retried_is_left_alone_and_said(small: Desk, row: dict[str, Any], said: str) -> None:
    row = {name: small.now + value if isinstance(value, timedelta) else value for name, value in row.items()}
    number = small.put(row)[0]

    done = small.type(f"retry {number} --yes")

    assert done.exit_code == 1
    assert f"Left alone: {number}: {said}" in done.stdout
    assert small.row(number).state == row["state"]


def test_an_id_that_does_not_exist_is_said(small: Desk) -> None:
    done = small.type("retry 77 78")

    assert (done.exit_code, "Left alone: 77, 78: does not exist." in done.stdout) == (1, True)


def test_one_that_may_have_arrived_asks_and_says_that_it_may_come_twice(desk: Desk) -> None:
    number = desk.put({**LOST, "settle_at": desk.now + MINUTE, "looks": 1})[0]

    asked = desk.type(f"retry {number}")

    assert asked.exit_code == 1
    assert "may arrive twice" in asked.stdout
    assert "1 of those are still being looked for" in asked.stdout
    assert "To go on all the same: --yes" in asked.stdout
    assert desk.row(number).state == "unsure"
    assert desk.type(f"retry {number} --yes").exit_code == 0
    row = desk.row(number)
    assert (row.state, row.settle_at, row.looks, row.content) == ("pending", None, 0, {REPEAT: True})


def test_one_whose_time_is_over_gets_as_much_of_it_as_it_had(desk: Desk) -> None:
    due = desk.now - timedelta(days=9)
    over = {"state": "skipped", "reason": "missed", "due_at": due}
    ids = desk.put(
        {**over, "expires_at": due + timedelta(hours=2)},
        {**over, "expires_at": due + timedelta(days=6)},
        {**over, "expires_at": due},
        {**over, "expires_at": desk.now + timedelta(hours=5)},
    )

    done = desk.type(f"retry {' '.join(map(str, ids))}")

    assert done.stdout.count("had run out of time and may now be sent until") == 3
    left = [(desk.row(number).expires_at - desk.now) / timedelta(hours=1) for number in ids]
    assert [round(hours, 1) for hours in left] == [2, 48, 1, 5]
    assert desk.row(ids[0]).due_at == due


def test_what_was_just_retried_is_not_overdue(small: Desk) -> None:
    number = small.put({"state": "failed", "reason": "user_disabled", "due_at": small.now - 600 * MINUTE})[0]
    small.type(f"retry {number}")

    assert small.type("").exit_code == 0


def test_all_of_a_kind_go_as_a_batch_with_its_workspace(desk: Desk) -> None:
    failed = {"state": "failed", "reason": "user_disabled"}
    desk.put(failed, failed, {"state": "failed", "reason": "msg_too_long"}, {"state": "sent"})
    desk.put(failed, failed, tenant=2)

    done = desk.type("retry --all --state failed --reason disabled --tenant T1")

    assert (done.exit_code, "as batch 1." in done.stdout) == (0, True)
    assert [desk.row(number).batch_id for number in range(1, 7)] == [1, 1, None, None, None, None]
    assert [(each.kind, each.tenant_id, each.started_by) for each in desk.batches()] == [("retry", 1, "command line")]
    assert desk.type("retry --all --state failed").exit_code == 0
    assert [each.tenant_id for each in desk.batches()] == [1, None]


@pytest.mark.parametrize("line", ["retry", "retry --all", "retry 1 --all", "retry --all --tenant T1", "retry --yes 1"])
def test_an_order_must_say_what_it_means(small: Desk, line: str) -> None:
    small.put({"state": "failed"})

    assert small.type(line).exit_code == 2
    assert small.states() == ["failed"]


@pytest.mark.parametrize("line", ["abandon", "abandon --all", "abandon 1 --all"])
def test_giving_up_must_say_what_it_means(small: Desk, line: str) -> None:
    small.put({})

    assert small.type(line).exit_code == 2
    assert small.states() == ["pending"]


def test_giving_up_names_the_operator_and_leaves_the_rest(desk: Desk) -> None:
    ids = desk.put(
        {"retry_at": desk.now + MINUTE},
        {**LOST, "settle_at": desk.now + MINUTE},
        {"state": "sending", "lease_until": desk.now + MINUTE},
        {"state": "sent"},
        {"state": "failed"},
    )

    done = desk.type(f"abandon {' '.join(map(str, ids))}")

    assert done.exit_code == 1
    assert "2 messages will not be sent." in done.stdout
    for said in ("is being sent at this moment", "cannot be taken back", "will not be sent anyway"):
        assert said in done.stdout
    assert desk.states() == ["skipped", "skipped", "sending", "sent", "failed"]
    rows = [desk.row(number) for number in ids[:2]]
    assert [(row.reason, row.settle_at, row.retry_at) for row in rows] == [
        ("abandoned by the operator", None, None)
    ] * 2


async def test_what_a_courier_took_meanwhile_is_left_alone(database: Database) -> None:
    """Between the choice and the order an operator may think for a while."""
    await fall_behind(database, number=3)
    async with database.reading() as session:
        choice = await choose(session, Which(states=[State.PENDING]), refuses_abandon, NOON)
    async with database.work() as session:
        (await session.get_one(Delivery, 2)).state = State.SENDING

    changed = await abandon(database, choice, NOON)

    assert (changed.ids, changed.missed) == ([1, 3], 1)
    assert [row.state for row in await rows(database)] == ["skipped", "sending", "skipped"]
    assert "1 changed meanwhile and were left alone." in "".join(abandoned(changed))
