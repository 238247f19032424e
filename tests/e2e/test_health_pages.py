"""/healthz, /readyz and /metrics, asked over HTTP, on both databases."""

from collections import Counter
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlmodel import select

from bot.clock import Clocks, FixedClock
from bot.conversation import Knowledge
from bot.database import Database, open_database
from bot.model.deliveries import Delivery, State
from jobs.planner import PlanCounts
from jobs.watch import Watch
from tests.fakes.observed import MINUTE, fall_behind, observed

TOKEN = "a-token-of-this-test-1"


async def test_a_mentor_with_nothing_to_do_is_ready(database: Database, knowledge: Knowledge, clocks: Clocks) -> None:
    async with observed(database, knowledge, clocks) as ask:
        assert (await ask("/readyz")).text == '{"status": "ready"}'
        assert (await ask("/healthz")).status == 200


async def test_what_is_overdue_makes_it_unready_and_says_how_much(
    database: Database, knowledge: Knowledge, clocks: Clocks
) -> None:
    await fall_behind(database, minutes=43)
    async with observed(database, knowledge, clocks) as ask:
        answer, alive = await ask("/readyz"), await ask("/healthz")

    assert answer.status == 503
    assert answer.text == (
        '{"status": "messages are overdue", "overdue": 2, "longest_seconds": 2580, "see": "preceptor deliveries"}'
    )
    assert alive.status == 200


async def test_it_is_ready_again_when_they_are_gone(database: Database, knowledge: Knowledge, clocks: Clocks) -> None:
    await fall_behind(database)
    async with observed(database, knowledge, clocks) as ask:
        first = await ask("/readyz")
        async with database.work() as session:
            for row in (await session.exec(select(Delivery))).all():
                row.state = State.SENT
        at_once = await ask("/readyz")
        assert isinstance(clocks.machine, FixedClock)
        clocks.machine.move(MINUTE)
        later = await ask("/readyz")

    assert [first.status, at_once.status, later.status] == [503, 503, 200]


async def test_a_database_out_of_reach_is_said_and_does_not_break_the_pages(
    knowledge: Knowledge, clocks: Clocks
) -> None:
    nowhere = open_database("postgresql://nobody@127.0.0.1:1/nothing")
    async with observed(nowhere, knowledge, clocks) as ask:
        ready, alive, metrics = await ask("/readyz"), await ask("/healthz"), await ask("/metrics")
    await nowhere.close()

    assert (ready.status, alive.status, metrics.status) == (503, 200, 200)
    assert metrics.samples["preceptor_database_up"] == 0
    assert not [name for name in metrics.samples if "overdue" in name]


async def test_metrics_count_what_is_not_final(database: Database, knowledge: Knowledge, clocks: Clocks) -> None:
    await fall_behind(database, number=4)
    async with database.work() as session:
        rows = (await session.exec(select(Delivery))).all()
        rows[1].retry_at, rows[1].reason = clocks.machine.now() + MINUTE, "asked to wait"
        rows[2].state, rows[2].settle_at, rows[2].reason = State.UNSURE, clocks.machine.now(), "no answer in time; …"
        rows[3].state = State.SENT
    async with observed(database, knowledge, clocks) as ask:
        answer = await ask("/metrics")

    assert (answer.status, answer.type) == (200, "text/plain")
    mine = {name: number for name, number in answer.samples.items() if name.startswith("preceptor_deliveries")}
    assert mine == {
        'preceptor_deliveries{kind="weekly",reason="",state="pending"}': 1,
        'preceptor_deliveries{kind="weekly",reason="asked to wait",state="pending"}': 1,
        'preceptor_deliveries{kind="weekly",reason="no answer in time",state="unsure"}': 1,
        "preceptor_deliveries_overdue": 1,
        "preceptor_deliveries_overdue_seconds": 1200,
        "preceptor_deliveries_unsettled": 1,
        'preceptor_deliveries_ended_total{reason="",state="failed"}': 0,
        'preceptor_deliveries_ended_total{reason="",state="sent"}': 0,
    }
    assert answer.samples["preceptor_database_up"] == 1
    assert any(name.startswith("preceptor_build_info{") for name in answer.samples)
    assert "process_resident_memory_bytes" in answer.samples
    families = [each.name for each in text_string_to_metric_families(answer.text)]
    assert len(families) == len(set(families)) > 10


async def test_metrics_count_what_this_process_did(sqlite: Database, knowledge: Knowledge, clocks: Clocks) -> None:
    watch = Watch(sqlite, clocks.machine)
    watch.tally = Counter(
        {
            (State.SENT, ""): 41,
            (State.SKIPPED, "paused until 2026-12-01"): 1,
            (State.SKIPPED, "paused until 2026-12-02"): 2,
            (State.SKIPPED, "closed: the office of Sample Person"): 3,
            (State.UNSURE, "ended by ZeroDivisionError"): 4,
            (State.FAILED, "user_disabled"): 5,
        }
    )
    watch.planned(PlanCounts(planned=Counter({"weekly": 7})))
    assert isinstance(clocks.machine, FixedClock)
    clocks.machine.move(timedelta(seconds=90))
    async with observed(sqlite, knowledge, clocks, watch=watch) as ask:
        samples = (await ask("/metrics")).samples

    assert {name: number for name, number in samples.items() if "_ended_total" in name} == {
        'preceptor_deliveries_ended_total{reason="",state="sent"}': 41,
        'preceptor_deliveries_ended_total{reason="",state="failed"}': 0,
        'preceptor_deliveries_ended_total{reason="paused",state="skipped"}': 3,
        'preceptor_deliveries_ended_total{reason="closed",state="skipped"}': 3,
        'preceptor_deliveries_ended_total{reason="ended by",state="unsure"}': 4,
        'preceptor_deliveries_ended_total{reason="user_disabled",state="failed"}': 5,
    }
    assert samples['preceptor_deliveries_planned_total{kind="weekly"}'] == 7
    assert (samples["preceptor_planner_look_age_seconds"], samples["preceptor_planner_works"]) == (90, 1)


async def test_metrics_name_no_workspace_and_no_person(
    database: Database, knowledge: Knowledge, clocks: Clocks
) -> None:
    await fall_behind(database)
    async with observed(database, knowledge, clocks) as ask:
        text = (await ask("/metrics")).text

    assert [name for name in ("T1", "U1", "2026-W48", "tenant", "member") if name in text] == []


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
async def test_many_who_ask_at_once_cost_one_look(
    sqlite: Database, knowledge: Knowledge, clocks: Clocks, path: str
) -> None:
    """Counting is seldom: within ten seconds the same numbers are told, whatever the ledger holds by then."""
    async with observed(sqlite, knowledge, clocks) as ask:
        before = await ask(path)
        await fall_behind(sqlite)
        assert [(await ask(path)).status for _ in range(3)] == [before.status] * 3
        assert isinstance(clocks.machine, FixedClock)
        clocks.machine.move(timedelta(seconds=11))
        after = await ask(path)

    assert "overdue 0" in before.text if path == "/metrics" else before.status == 200
    assert "overdue 2" in after.text if path == "/metrics" else after.status == 503


FORWARDED = {
    "X_Forwarded_For": "203.0.113.9",
    "Forwarded": "for=203.0.113.9",
    "X_Real_IP": "203.0.113.9",
    "Via": "1.1 a-proxy",
    "CF_Connecting_IP": "203.0.113.9",
    "Host": "mentor.example.org",
}


@pytest.mark.parametrize("header", sorted(FORWARDED))
async def test_a_proxy_on_this_machine_does_not_open_the_metrics(
    sqlite: Database, knowledge: Knowledge, clocks: Clocks, header: str
) -> None:
    async with observed(sqlite, knowledge, clocks, token=TOKEN) as ask:
        given = {header: FORWARDED[header]}
        without, with_token = (
            await ask("/metrics", **given),
            await ask("/metrics", **given, Authorization=f"Bearer {TOKEN}"),
        )

    assert (without.status, with_token.status) == (403, 200)
    assert "METRICS_TOKEN" in without.text


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer  {TOKEN} ", 200),
        (f"Bearer {TOKEN}x", 403),
        (f"Basic {TOKEN}", 403),
        (TOKEN, 403),
        ("Bearer", 403),
        ("Bearer é", 403),
        ("", 403),
    ],
)
async def test_another_machine_needs_the_token(
    sqlite: Database, knowledge: Knowledge, clocks: Clocks, authorization: str, status: int
) -> None:
    async with observed(sqlite, knowledge, clocks, token=TOKEN, peer="203.0.113.9") as ask:
        answer = await ask("/metrics", Authorization=authorization)

    assert answer.status == status


@pytest.mark.parametrize(
    ("peer", "status"),
    [("::1", 200), ("127.8.9.1", 200), ("::ffff:127.0.0.1", 200), ("10.0.0.1", 403), ("nobody", 403)],
)
async def test_only_this_machine_needs_none(
    sqlite: Database, knowledge: Knowledge, clocks: Clocks, peer: str, status: int
) -> None:
    async with observed(sqlite, knowledge, clocks, peer=peer) as ask:
        answers = await ask("/metrics"), await ask("/metrics", Authorization="Bearer ")

    assert [answer.status for answer in answers] == [status] * 2
