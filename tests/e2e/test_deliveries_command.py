"""`preceptor deliveries`, `list` and `show`: what an operator reads at night, on both databases."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlmodel.ext.asyncio.session import AsyncSession

from adapters.cli.main import preceptor
from bot.database import open_database
from bot.model.deliveries import Pace, SendBatch
from jobs.sole_sender import sole_sender, this_process
from tests.fakes.desk import MINUTE, Desk


@pytest.fixture
def desk(database_url: str) -> Desk:
    desk = Desk(database_url)
    desk.settle(members=9, tenants=2)
    return desk


def _json(desk: Desk) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(desk.type("--json").stdout)
    return told


def test_a_quiet_ledger_is_fine(desk: Desk) -> None:
    desk.put({"state": "sent"}, {"state": "sent"})

    done = desk.type("")

    assert done.exit_code == 0
    assert done.stdout.startswith("Nothing is overdue.\nNobody delivers, and nothing waits.\n")
    assert "sent          2\n" in done.stdout


def test_what_could_go_and_does_not_ends_with_one_and_is_named(desk: Desk) -> None:
    ids = desk.put({"due_at": desk.now - 160 * MINUTE}, {"due_at": desk.now - 20 * MINUTE}, tenant=2)

    done = desk.type("")

    assert done.exit_code == 1
    assert "OVERDUE  2 messages could go and did not move, one for 2 h 40 min:" in done.stdout
    assert f"delivery {ids[0]}, weekly, to slack:T2 (Sample 2), due 20" in done.stdout
    assert "Nobody delivers: start `preceptor " in done.stdout
    assert f"next     preceptor deliveries show {ids[0]}" in done.stdout


HELD: list[dict[str, Any]] = [
    {"due_at": -14 * MINUTE},
    {"due_at": 14 * MINUTE},
    {"due_at": -99 * MINUTE, "retry_at": MINUTE},
    {"due_at": -99 * MINUTE, "retry_at": -14 * MINUTE},
    {"due_at": -99 * MINUTE, "recorded_at": -14 * MINUTE},
    {"state": "sending", "due_at": -99 * MINUTE, "lease_until": MINUTE},
    {"state": "unsure", "due_at": -99 * MINUTE, "settle_at": MINUTE},
    {"state": "unsure", "due_at": -99 * MINUTE},
    {"state": "failed", "due_at": -99 * MINUTE},
]
STUCK: list[dict[str, Any]] = [
    {"due_at": -16 * MINUTE},
    {"due_at": -99 * MINUTE, "retry_at": -16 * MINUTE, "recorded_at": -50 * MINUTE},
    {"due_at": -99 * MINUTE, "recorded_at": -40 * MINUTE},
    {"state": "sending", "due_at": -99 * MINUTE, "lease_until": -30 * MINUTE},
    {"state": "unsure", "due_at": -99 * MINUTE, "settle_at": -20 * MINUTE},
]


def test_what_something_holds_or_nobody_waits_for_is_not_overdue(desk: Desk) -> None:
    desk.put(*(_at(desk, row) for row in HELD))

    assert (_json(desk)["overdue"], desk.type("").exit_code) == (0, 0)


def test_what_nothing_holds_is_overdue_since_it_last_moved(desk: Desk) -> None:
    ids = desk.put(*(_at(desk, row) for row in STUCK))

    told = _json(desk)

    assert (told["overdue"], told["overdue_longest"]["id"]) == (len(STUCK), ids[1])
    assert told["overdue_longest"]["workspace"] == "slack:T1"
    assert 3000 <= told["overdue_seconds"] < 3060


def _at(desk: Desk, row: dict[str, Any]) -> dict[str, Any]:
    return {name: desk.now + value if isinstance(value, timedelta) else value for name, value in row.items()}


PACES: list[tuple[dict[str, timedelta], bool]] = [
    ({}, True),
    ({"held_until": 5 * MINUTE}, False),
    ({"held_until": -MINUTE}, True),
    ({"held_until": timedelta(days=3)}, True),
    ({"next_at": timedelta(seconds=2)}, False),
    ({"next_at": timedelta(seconds=-5)}, False),
    ({"next_at": -2 * MINUTE}, True),
]


def test_a_workspace_that_is_held_or_worked_through_at_its_pace_waits_its_turn(desk: Desk) -> None:
    async def go_on(session: AsyncSession) -> None:
        for tenant, (pace, _) in enumerate(PACES, 3):
            session.add(Pace(tenant_id=tenant, act="send", **{name: desk.now + by for name, by in pace.items()}))

    desk.settle(members=1, tenants=len(PACES), first=3)
    for tenant in range(3, 3 + len(PACES)):
        desk.put({"due_at": desk.now - 99 * MINUTE}, tenant=tenant)
    desk.work(go_on)

    assert _json(desk)["overdue"] == sum(is_overdue for _, is_overdue in PACES)


def test_the_counts_name_states_and_reasons(desk: Desk) -> None:
    desk.put({"state": "failed", "reason": "user_disabled"}, {"state": "failed", "reason": "user_disabled"})
    reasons = ("opted out", "missed", "done", "stopped", "paused until 2026-12-01", "nothing to say")
    desk.put(*({"state": "skipped", "reason": reason} for reason in reasons), tenant=2)

    told = _json(desk)

    assert told["states"] == {"pending": 0, "sending": 0, "sent": 0, "skipped": 6, "failed": 2, "unsure": 0}
    assert told["reasons"]["failed"] == {"user_disabled": 2}
    assert len(told["reasons"]["skipped"]) == 6
    shown = desk.type("").stdout
    assert "failed        2  user_disabled\n" in shown
    assert "              1  1 other reason\n" in shown


def test_what_is_unsure_is_told_apart_by_whether_anybody_looks(desk: Desk) -> None:
    desk.put({"state": "unsure", "settle_at": desk.now}, {"state": "unsure"}, {"state": "unsure"})

    told = _json(desk)

    assert (told["unsure_looked_for"], told["unsure_left"]) == (1, 2)
    assert "unsure   1 still being looked for, 2 left as they are; nobody can tell" in desk.type("").stdout


def test_a_batch_under_way_is_mentioned(desk: Desk) -> None:
    async def start(session: AsyncSession) -> None:
        session.add(SendBatch(kind="retry", started_by="command line", started_at=desk.now))

    desk.work(start)
    desk.put({"batch_id": 1, "state": "sent"}, {"batch_id": 1})

    assert _json(desk)["batches_running"] == [1]
    assert "batch    1 is under way: 1 of 2 sent" in desk.type("").stdout


def test_it_says_who_delivers(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    desk = Desk(sqlite_url)

    with sole_sender(database):
        assert _json(desk)["delivered_by"] == this_process()
        assert f"{this_process().removeprefix('p')} delivers." in desk.type("").stdout
    assert _json(desk)["delivered_by"] is None


def test_a_list_shows_the_newest_first_and_says_how_many_there_are(desk: Desk) -> None:
    ids = desk.put(*({"state": "failed", "reason": "user_disabled"} for _ in range(5)))

    shown = desk.type("list --limit 2").stdout.splitlines()

    assert shown[0].split() == ["id", "state", "due", "kind", "workspace", "member", "tries", "reason"]
    assert [line.split()[0] for line in shown[1:3]] == [str(ids[4]), str(ids[3])]
    assert shown[1].split()[-5:] == ["weekly", "slack:T1", "T1-U5", "0", "user_disabled"]
    assert shown[-1] == "2 of 5 deliveries. Show more with --limit 5."


NARROWED = {
    "": [4, 3, 2, 1],
    "--state failed": [1],
    "--state failed --state skipped": [2, 1],
    "--reason OPTED": [2],
    "--reason %": [],
    "--tenant T2": [4],
    "--tenant slack:T2": [4],
    "--tenant teams:T2": [],
    "--kind plan-reminder": [3],
    "--since 2h": [4, 3, 1],
    "--since 2026-01-01": [4, 3, 2, 1],
    "--since 2100-01-01T00:00:00Z": [],
}


def test_a_list_can_be_narrowed(desk: Desk) -> None:
    desk.put(
        {"state": "failed", "reason": "user_disabled"},
        {"state": "skipped", "reason": "opted out", "due_at": desk.now - timedelta(hours=3)},
        {"kind": "plan-reminder", "slot": "plan:1"},
    )
    desk.put({"state": "sent"}, tenant=2)

    told = {line: desk.type(f"list --json {line}").stdout.splitlines() for line in NARROWED}

    assert {line: [json.loads(each)["id"] for each in rows if each] for line, rows in told.items()} == NARROWED


@pytest.mark.parametrize(
    "line", ["--since 2x", "--since 2026-01-01T10:00", "--since 999999999w", "--state gone", "--limit 0"]
)
def test_a_filter_that_makes_no_sense_is_one_sentence(tmp_path: Path, line: str) -> None:
    done = Desk(f"sqlite:///{tmp_path}/preceptor.db").type(f"list {line}")

    assert done.exit_code == 2
    assert "Invalid value for" in done.stderr


def test_one_is_shown_whole_and_its_message_is_not(desk: Desk) -> None:
    row = {
        "state": "unsure",
        "reason": "no answer in time",
        "attempts": 2,
        "tried_at": desk.now - MINUTE,
        "settle_at": desk.now + 30 * MINUTE,
        "looks": 1,
        "claimed_by": "process 42 on desk-1",
        "content": {"action": "draft-resume"},
    }
    number = desk.put(row)[0]

    shown = desk.type(f"show {number}").stdout

    assert shown.startswith(f"Delivery {number} is unsure: no answer in time\n")
    for fact in ("weekly, slot 2026-W48", "member T1-U1 of slack:T1 (Sample 1)", "process 42 on desk-1", "2, the last"):
        assert fact in shown
    assert "1 look did not find it; next 20" in shown
    assert f"preceptor deliveries retry {number} --yes" in shown
    assert "draft-resume" not in shown + desk.type(f"show {number} --json").stdout + desk.type("list --json").stdout


NEXT = {
    "pending": "It will be sent by itself. To give it up: preceptor deliveries abandon 1",
    "sending": "Its process ended while it was being sent.",
    "sent": "It is never sent twice.",
    "skipped": "preceptor deliveries retry 4",
    "failed": "preceptor deliveries retry 5",
}


def test_one_says_what_to_do_next(desk: Desk) -> None:
    ids = desk.put(*({"state": state} for state in NEXT))

    assert [says for number, says in zip(ids, NEXT.values(), strict=True) if says not in _shown(desk, number)] == []


def _shown(desk: Desk, number: int) -> str:
    return desk.type(f"show {number}").stdout


def test_what_does_not_exist_is_one_sentence(desk: Desk) -> None:
    done = [desk.type(line) for line in ("show 99", "show 2147483647", "stop 99")]

    assert [(each.exit_code, "Error: There is no " in each.stderr) for each in done] == [(1, True)] * 3


@pytest.mark.parametrize("number", ["0", "-1", "1e3", "9999999999999999999999", "x"])
def test_an_id_that_is_none_is_one_sentence(tmp_path: Path, number: str) -> None:
    assert Desk(f"sqlite:///{tmp_path}/preceptor.db").type(f"show {number}").exit_code == 2


def test_looking_makes_no_database_and_upgrades_none(tmp_path: Path) -> None:
    missing = Desk(f"sqlite:///{tmp_path}/preceptor.db")

    done = missing.type("")
    assert (done.exit_code, "There is no database at " in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "preceptor.db").touch()
    done = missing.type("list")
    assert (done.exit_code, "preceptor db upgrade" in done.stderr) == (2, True)


def test_the_doctor_tells_of_the_ledger_and_who_works_on_it(desk: Desk) -> None:
    given = {"DATABASE_URL": desk.url}
    assert "nobody delivers at this moment" in CliRunner(env=given).invoke(preceptor, ["doctor"]).stdout
    desk.put({"due_at": desk.now - 99 * MINUTE}, {"state": "unsure", "settle_at": desk.now}, {"state": "unsure"})

    done = CliRunner(env={**given, "HEARTBEAT_URL": "https://beats.example.org/p/a-secret"}).invoke(
        preceptor, ["doctor"]
    )

    assert done.exit_code == 1
    assert "MEND  Messages   1 overdue, 2 unsure (1 still being looked for)" in done.stdout
    assert "-> start `preceptor " in done.stdout
    assert "a heartbeat every minute to beats.example.org" in done.stdout
    assert "a-secret" not in done.stdout
