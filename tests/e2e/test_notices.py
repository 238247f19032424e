"""An operator writes to their workspace: sees first what members get, confirms, watches, stops; on both databases."""

from datetime import timedelta

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.errors import CannotReach, TryLater
from bot.message import Mention, Paragraph, plain
from tests.fakes.coached import Coached, coached
from tests.fakes.notices import SAID, batches, got, join, run_by_bosses, say
from tests.fakes.talking import buttons, fields
from tests.fakes.toy_post import Trouble


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return run_by_bosses(coached(database, knowledge, calendar), knowledge)


async def test_a_notice_is_shown_first_as_members_will_see_it(office: Coached) -> None:
    await join(office, 3)

    seen = await say(office, f"admin notice {SAID}")

    assert seen.title == "This would go to 3 people"
    assert buttons(seen) == {"Send to 3 people": "admin notice send 1", "What managers see": "privacy"}
    await office.tick()
    assert office.platform.received == []
    await say(office, "admin notice send 1")
    await office.tick()
    message = office.platform.received[0][1]
    assert [block for block in message.blocks if block not in seen.blocks] == []
    assert message.discreet == "You have a message"
    assert plain(message).splitlines()[1:] == [
        SAID,
        "From the person who runs this mentor. You get this because you turned messages on. `stop` ends them.",
    ]
    small = message.blocks[-1]
    assert isinstance(small, Paragraph)
    assert Mention("BOSS", "the person who runs this mentor") in small.spans


async def test_it_goes_to_those_of_the_workspace_who_turned_messages_on(office: Coached) -> None:
    await join(office, 3)
    await join(office, 2, tenant="T2")
    await say(office, "help", user="U9")
    await say(office, "coach off", user="U3")

    await say(office, f"admin notice {SAID}")
    told = await say(office, "admin notice send 1")
    await office.tick()

    assert told.title == "On its way to 2 people"
    assert got(office) == ["U1", "U2"]


async def test_pressing_twice_sends_once(office: Coached) -> None:
    await join(office, 2)
    await say(office, f"admin notice {SAID}")

    await say(office, "admin notice send 1")
    again = await say(office, "admin notice send 1")
    await office.tick()
    later = await say(office, "admin notice send 1")
    await office.tick()

    assert again.title == later.title == "That one was sent before"
    assert "sent to 2 of 2 people" in plain(later)
    assert got(office) == ["U1", "U2"]


async def test_somebody_who_stops_in_between_gets_nothing(office: Coached) -> None:
    await join(office, 2)
    await say(office, f"admin notice {SAID}")
    await say(office, "admin notice send 1")
    await say(office, "stop", user="U1")

    await office.tick()

    assert got(office) == ["U2"]
    assert (await office.ledger("U1"))[0].reason == "opted out"


async def test_quiet_hours_hold_it_until_they_end(office: Coached) -> None:
    """It is 21:00 in New York; the mentor's own quiet hours end at 7:00."""
    await join(office, 1)
    office.calendar.move(timedelta(hours=9))
    await say(office, f"admin notice {SAID}")
    await say(office, "admin notice send 1")

    assert await office.wait(timedelta(hours=9)) == []
    assert (await office.ledger())[0].reason == "quiet hours"
    assert len(await office.wait(timedelta(hours=2), step=timedelta(minutes=30))) == 1


async def test_a_closed_day_holds_it_and_too_long_a_closure_ends_it(office: Coached) -> None:
    await join(office, 1)
    await say(office, "admin holidays add 2026-11-23 to 2026-11-27 Sample days")
    await say(office, f"admin notice {SAID}")
    await say(office, "admin notice send 1")

    assert await office.wait(timedelta(days=6), step=timedelta(hours=6)) == []

    row = next(row for row in await office.ledger() if row.kind == "notice")
    assert (row.state, row.reason) == ("skipped", "closed: Sample days")


async def test_somebody_on_a_pause_is_left_out_by_name(office: Coached) -> None:
    await join(office, 1)
    await say(office, "coach pause 2026-12-20", user="U1")
    await say(office, f"admin notice {SAID}")
    await say(office, "admin notice send 1")
    await office.tick()

    row = (await office.ledger())[0]
    assert (row.state, row.reason, office.platform.asked) == ("skipped", "paused until 2026-12-20", [])


async def test_above_the_guard_the_button_names_the_number(office: Coached, knowledge: Knowledge) -> None:
    world = run_by_bosses(office, knowledge, guard=2)
    await join(world, 3)
    seen = await say(world, f"admin notice {SAID}")
    assert buttons(seen)["Send to 3 people"] == "admin notice send 1 3"
    await join(world, 4)

    for line in ("admin notice send 1", "admin notice send 1 3", "admin notice send 1 50"):
        refused = await say(world, line)
        assert refused.title == "This would go to 4 people"
        assert "It would reach 4 people by now." in plain(refused)
        assert buttons(refused) == {"Send to 4 people": "admin notice send 1 4"}
    assert [each.kind for each in await batches(world)] == ["draft"]
    assert (await say(world, "admin notice send 1 4")).title == "On its way to 4 people"


async def test_a_number_that_no_longer_fits_is_refused_below_the_guard_too(office: Coached) -> None:
    await join(office, 2)
    await say(office, f"admin notice {SAID}")

    assert (await say(office, "admin notice send 1 3")).title == "This would go to 2 people"
    assert (await say(office, "admin notice send 1 2")).title == "On its way to 2 people"


async def test_it_can_be_stopped_midway(office: Coached) -> None:
    await join(office, 4)
    await say(office, f"admin notice {SAID}")
    started = await say(office, "admin notice send 1")
    office.platform.troubles["U2"].append(Trouble(TryLater(timedelta(minutes=10))))
    office.platform.troubles["U3"].append(Trouble(CannotReach("user_disabled")))
    await office.tick()
    listed = await say(office, "admin notices")
    assert "sent to 2 of 4 people, 1 is on its way, 1 could not be reached" in plain(listed)
    assert SAID in plain(listed)
    assert buttons(started)["Stop it"] == buttons(listed)["Stop it"] == "admin notice stop 1"

    stopped = await say(office, "admin notice stop 1")

    assert "1 person will not get it." in plain(stopped)
    assert (await office.ledger("U2"))[0].reason == "stopped by the operator"
    assert buttons(await say(office, "admin notices")) == {}
    assert "0 people will not get it." in plain(await say(office, "admin notice stop 1"))
    assert (await office.ledger("U1"))[0].state == "sent"


async def test_two_notices_are_two_messages(office: Coached) -> None:
    await join(office, 1)
    for number in (1, 2):
        await say(office, f"admin notice {SAID} {number}")
        await say(office, f"admin notice send {number}")
    await office.tick()
    office.calendar.move(timedelta(seconds=2))
    machine = office.office.clocks.machine
    assert isinstance(machine, FixedClock)
    machine.move(timedelta(seconds=2))
    await office.tick()

    assert [plain(message).splitlines()[1] for _, message in office.platform.received] == [f"{SAID} 1", f"{SAID} 2"]
    assert list(buttons(await say(office, "admin notices"))) == []


async def test_an_older_draft_still_means_itself(office: Coached) -> None:
    await join(office, 1)
    await say(office, "admin notice The first one")
    await say(office, "admin notice The second one")
    await say(office, "admin notice send 1")
    await office.tick()

    assert "The first one" in plain(office.platform.received[0][1])


async def test_words_that_only_begin_like_an_order_are_a_notice(office: Coached) -> None:
    await join(office, 1)

    for line in ("send me your hours by Friday", "stop by the office", "send 12 boxes", "stop 12 now"):
        assert (await say(office, f"admin notice {line}")).title == "This would go to 1 person"
    assert fields(await say(office, "admin notice")) == ["admin notice"]


async def test_an_operators_own_marks_mean_nothing(office: Coached) -> None:
    """What an operator types is shown as it is: it is no sentence of ours."""
    await join(office, 1)
    said = "Read **this** at [home](https://example.org) `stop`"
    await say(office, f"admin notice {said}")
    await say(office, "admin notice send 1")
    await office.tick()

    assert plain(office.platform.received[0][1]).splitlines()[1] == said


async def test_coach_why_tells_a_member_of_it(office: Coached) -> None:
    await join(office, 1)
    await say(office, f"admin notice {SAID}")
    await say(office, "admin notice send 1")
    await say(office, "admin notice stop 1")

    told = plain(await say(office, "coach why", user="U1"))

    assert "Notice of your workspace: not sent. The reason: whoever wrote it took it back." in told
