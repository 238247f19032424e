"""Orders of `preceptor deliveries` that would reach many people ask first: in a script, and at a terminal."""

import os
import pty
import sys
from collections.abc import Iterator

import pytest

from adapters.cli.main import preceptor
from bot.model.deliveries import State
from tests.fakes.desk import Desk

GUARDED = "retry --all --state failed"


def test_more_people_than_the_guard_ask_for_their_number(desk: Desk) -> None:
    desk.put(*({"state": "failed"} for _ in range(3)))
    desk.put(*({"state": "failed"} for _ in range(2)), tenant=2)

    asked = desk.type(GUARDED, SEND_GUARD="4")

    assert asked.exit_code == 1
    assert "To send once more: 5 messages to 5 people in 2 workspaces." in asked.stdout
    assert "That is more than 4 people (SEND_GUARD). To go on: --yes 5" in asked.stdout
    refused = [desk.type(f"{GUARDED} {yes}", SEND_GUARD="4") for yes in ("--yes", "--yes 4", "--yes 50")]
    assert [each.exit_code for each in refused] == [1, 1, 1]
    assert "it would reach 5 people now, not 4. To go on: --yes 5" in refused[1].stdout
    assert set(desk.states()) == {"failed"}
    assert desk.type(f"{GUARDED} --yes 5", SEND_GUARD="4").exit_code == 0
    assert set(desk.states()) == {"pending"}


def test_the_guard_counts_people_and_not_messages(small: Desk) -> None:
    small.put({"state": "failed", "slot": "2026-W47"}, {"state": "failed"})
    small.put({"state": "failed"})

    assert small.type(GUARDED, SEND_GUARD="2").exit_code == 0


@pytest.mark.parametrize("yes", ["five", "٥", "5.0"])
def test_a_number_that_is_none_is_one_sentence(small: Desk, yes: str) -> None:
    small.put({"state": "failed"})

    done = small.type(f"{GUARDED} --yes={yes}")

    assert (done.exit_code, "is no number of people; write --yes 1" in done.stderr) == (2, True)


def test_an_order_that_needs_no_word_refuses_a_wrong_one(small: Desk) -> None:
    small.put({"state": "failed"})

    assert small.type(f"{GUARDED} --yes 9").exit_code == 1
    assert small.type(f"{GUARDED} --yes").exit_code == 0


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A terminal at which somebody sits; what is written to it is typed."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "r", encoding="utf-8") as typed:
        monkeypatch.setattr(sys, "stdin", typed)
        yield ours
    os.close(ours)


@pytest.mark.parametrize(
    ("typed", "guard", "state", "after"),
    [
        ("2", 1, "failed", "pending"),
        ("3", 1, "failed", "failed"),
        ("yes", 1, "failed", "failed"),
        ("", 1, "failed", "failed"),
        ("y", 50, "unsure", "pending"),
        ("n", 50, "unsure", "unsure"),
    ],
)
def test_at_a_terminal_the_operator_is_asked(
    small: Desk, terminal: int, monkeypatch: pytest.MonkeyPatch, *, typed: str, guard: int, state: str, after: str
) -> None:
    small.put({"state": state}, {"state": state})
    monkeypatch.setenv("DATABASE_URL", small.url)
    monkeypatch.setenv("SEND_GUARD", str(guard))
    os.write(terminal, f"{typed}\n".encode())

    with pytest.raises(SystemExit) as ended:
        preceptor.main(["deliveries", "retry", "--all", "--state", state])

    assert set(small.states()) == {after}
    assert ended.value.code == (0 if after == "pending" else 1)


def test_giving_up_on_many_asks_for_their_number(small: Desk) -> None:
    small.put({}, {}, {})

    assert small.type("abandon --all --state pending", SEND_GUARD="2").exit_code == 1
    assert small.type("abandon --all --state pending --yes 3", SEND_GUARD="2").exit_code == 0
    assert set(small.states()) == {"skipped"}


def test_an_order_of_many_is_carried_out_in_parts(small: Desk) -> None:
    small.settle(members=1100, tenants=1, first=3)
    small.put(*({"state": "failed"} for _ in range(1100)), tenant=3)

    done = small.type(f"{GUARDED} --yes 1100")

    assert "1,100 messages will go once more, as batch 1." in done.stdout
    assert set(small.states()) == {State.PENDING}
