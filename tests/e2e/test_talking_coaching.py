"""`coach …` and `stop` as a member meets them, on both databases: what is said, and what is stored."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import FixedClock
from bot.conversation import Knowledge
from bot.database import Database
from bot.mentoring.samples import PLACED
from bot.message import Choice, Input, Message, plain
from bot.model.deliveries import State
from tests.fakes.coached import Coached, buttons_of, coached
from tests.fakes.talking import buttons, options

WEDNESDAY = datetime(2026, 11, 25, 17, 0, tzinfo=UTC)
"""Noon in New York, two days after the tests' clocks begin."""


@pytest.fixture
def office(database: Database, knowledge: Knowledge, calendar: FixedClock) -> Coached:
    return coached(database, knowledge, calendar)


def labels(message: Message) -> list[str]:
    chosen = [option.label for block in message.blocks if isinstance(block, Choice) for option in block.options]
    return chosen + [button.label for button in buttons_of(message)]


async def test_it_is_off_until_somebody_opts_in(office: Coached) -> None:
    message = await office.say("coach")
    assert message.title == "Weekly coaching is off"
    assert "coach on" in buttons(message).values()
    assert await office.wait(timedelta(weeks=3)) == []


async def test_opting_in_says_day_hour_zone_and_the_first_note(office: Coached) -> None:
    await office.say(PLACED)
    message = await office.say("coach on")
    assert message.title == "Weekly coaching is on"
    for said in ("Wednesdays at 12:00", "America/New_York", "First note: Wed 25 Nov 2026, 12:00", "only a suggestion"):
        assert said in plain(message)
    assert "start" not in buttons(message).values()
    assert "guess" not in plain(message)
    assert (await office.plan()).next_due_at == WEDNESDAY


async def test_opting_in_twice_changes_nothing(office: Coached) -> None:
    await office.say("coach on")
    await office.say("coach settings friday 9:30")
    before = await office.plan()
    office.calendar.move(timedelta(days=1))
    message = await office.say("coach on")
    assert message.title == "Weekly coaching is on already"
    assert await office.plan() == before


async def test_whoever_is_not_placed_is_offered_the_way_to_their_step(office: Coached) -> None:
    message = await office.say("coach on")
    assert "You begin on step 1" in plain(message)
    assert "start" in buttons(message).values()


async def test_an_unknown_zone_is_guessed_and_said_to_be_a_guess(office: Coached) -> None:
    message = await office.say("coach on", zone=None)
    assert "America/New_York (my guess)" in plain(message)
    assert (await office.plan()).next_due_at == WEDNESDAY
    saved = await office.say(options(message)["Pacific (Los Angeles)"], zone=None)
    assert "guess" not in plain(saved)
    assert "Wed 25 Nov 2026, 12:00" in plain(saved)
    assert (await office.plan()).next_due_at == WEDNESDAY + timedelta(hours=3)


async def test_a_zone_the_platform_tells_later_moves_the_note(office: Coached) -> None:
    await office.say("coach on", zone=None)
    await office.say("home", zone="America/Los_Angeles")
    assert (await office.plan()).next_due_at == WEDNESDAY + timedelta(hours=3)


async def test_every_option_of_the_settings_is_a_command_that_works(office: Coached) -> None:
    await office.say("coach on")
    message = await office.say("coach settings")
    lists = [block for block in message.blocks if isinstance(block, Choice)]
    assert [block.label for block in lists] == ["Day", "Hour", "Time zone", "Topics"]
    for block in lists:
        commands = [option.command for option in block.options]
        assert block.chosen in commands
        for command in commands:
            assert (await office.say(command)).title == "Saved", command
        after = await office.say("coach settings")
        same = next(each for each in after.blocks if isinstance(each, Choice) and each.label == block.label)
        assert same.chosen == commands[-1]
    assert sum(len(block.options) for block in lists) > 30
    assert all(len(label) <= 30 for label in labels(message))


async def test_settings_in_words(office: Coached) -> None:
    await office.say("coach on")
    message = await office.say("coach settings Friday 9:30 chicago topics networking")
    assert "Fridays at 09:30" in plain(message)
    plan = await office.plan()
    assert (plan.weekday, plan.minute, plan.topics) == (4, 9 * 60 + 30, ["networking"])
    assert plan.next_due_at == datetime(2026, 11, 27, 15, 30, tzinfo=UTC)


async def test_settings_before_opting_in_are_kept_for_later(office: Coached) -> None:
    message = await office.say("coach settings monday 8:00")
    assert "no note comes yet" in plain(message)
    assert await office.wait(timedelta(weeks=2)) == []
    assert "Mondays at 08:00" in plain(await office.say("coach on"))


MISREAD = {
    "coach settings 25:00": "I could not read that hour",
    "coach settings friday noonish 99": "I could not read that hour",
    "coach settings Mars/Olympus": "I know no day, hour or time zone by that name",
    "coach settings <!channel> *bold* &lt;": "I know no day, hour or time zone by that name",
    "coach settings topics": "I could not read those topics",
    "coach settings topics gossip": "I could not read those topics",
    "coach settings " + "x" * 2900: "I know no day, hour or time zone by that name",
    "coach settings \u202emoc.elgoog\u202c 💤": "I know no day, hour or time zone by that name",
}


async def test_settings_nobody_understands_change_nothing(office: Coached) -> None:
    await office.say("coach on")
    before = await office.plan()
    for line, title in MISREAD.items():
        message = await office.say(line)
        assert message.title == title, line
        assert "Nothing was changed" in plain(message)
        assert "channel" not in plain(message)
        assert await office.plan() == before


async def test_a_zone_that_does_not_exist_brings_the_nearest_names(office: Coached) -> None:
    message = await office.say("coach settings America/Chigaco")
    assert buttons(message)["Chicago"] == "coach settings America/Chicago"


async def test_less_often_and_weekly_again(office: Coached) -> None:
    await office.say("coach on")
    message = await office.say("coach less")
    assert message.title == "Every other week from now on"
    assert "every other week" in plain(message)
    assert "coach weekly" in buttons(message).values()
    assert (await office.say("coach less")).title == "Your notes come every other week already"
    assert len(await office.wait(timedelta(weeks=6))) == 3
    assert (await office.say("coach weekly")).title == "Every week again"
    assert (await office.say("coach weekly")).title == "Your notes come every week already"
    assert len(await office.wait(timedelta(weeks=2))) == 2


async def test_a_pause_ends_by_itself(office: Coached) -> None:
    await office.say("coach on")
    message = await office.say("coach pause 2026-12-14")
    assert message.title == "Weekly coaching is paused"
    assert "Paused until: Mon 14 Dec 2026" in plain(message)
    assert "Wed 16 Dec 2026" in plain(message)
    assert await office.wait_until(datetime(2026, 12, 16, 16, 59, tzinfo=UTC)) == []
    assert len(await office.wait(timedelta(minutes=1))) == 1
    assert (await office.say("coach")).title == "Weekly coaching is on"


async def test_a_pause_needs_a_date_and_offers_some(office: Coached) -> None:
    await office.say("coach on")
    message = await office.say("coach pause")
    assert [button.label for button in buttons_of(message)] == ["1 week", "2 weeks", "4 weeks"]
    assert any(isinstance(block, Input) for block in message.blocks)
    paused = await office.say(buttons(message)["2 weeks"])
    assert "Paused until: Mon 7 Dec 2026" in plain(paused)


NO_PAUSE = {
    "2020-01-01": "That day is not ahead of us",
    "yesterday": "That day is not ahead of us",
    "today": "That day is not ahead of us",
    "2031-01-01": "That is more than a year away",
    "forever": "I could not read that date",
    "2026-02-30": "I could not read that date",
    "5": "I could not read that date",
    "`*<!here>*` 💤": "I could not read that date",
    "x" * 2900: "I could not read that date",
}


async def test_a_pause_nobody_can_keep(office: Coached) -> None:
    await office.say("coach on")
    before = await office.plan()
    for words, title in NO_PAUSE.items():
        message = await office.say(f"coach pause {words}")
        assert message.title == title, words
        assert len(buttons(message)) == 3
        assert await office.plan() == before


async def test_resuming_early(office: Coached) -> None:
    await office.say("coach on")
    paused = await office.say("coach pause 4 weeks")
    message = await office.say(buttons(paused)["Resume now"])
    assert message.title == "Your weekly notes go on"
    assert "Wed 25 Nov 2026, 12:00" in plain(message)
    assert (await office.say("coach resume")).title == "Your weekly notes are on"


async def test_what_needs_coaching_says_that_it_is_off(office: Coached) -> None:
    for line in ("coach pause 2 weeks", "coach resume", "coach next", "coach"):
        message = await office.say(line)
        assert message.title == "Weekly coaching is off", line
        assert "coach on" in buttons(message).values()


async def test_turning_it_off(office: Coached) -> None:
    await office.say("coach on")
    message = await office.say("coach off")
    assert message.title == "Weekly coaching is off now"
    assert "coach on" in plain(message)
    assert await office.wait(timedelta(weeks=2)) == []
    assert (await office.say("coach off")).title == "Weekly coaching was off already"


async def test_stop_alone_always_works(office: Coached) -> None:
    await office.say(PLACED)
    for word in ("stop", "STOP", "unsubscribe", "cancel", "parar", "/mentor stop"):
        await office.say("coach on")
        await office.say("plan get-an-outside-view tomorrow 12:30")
        message = await office.say(word)
        assert message.title == "Stopped. I will not write to you unasked", word
        assert "One planned reminder is gone too." in plain(message)
        assert "coach on" in plain(message)
        assert (await office.say(word)).title == "Nothing was on, so nothing will come"
    assert await office.wait(timedelta(weeks=2)) == []


async def test_stop_within_a_sentence_is_a_question(office: Coached) -> None:
    await office.say("coach on")
    await office.say("stop smoking clinics hire managers?")
    assert (await office.plan()).is_on


async def test_next_says_what_then_comes(office: Coached) -> None:
    await office.say(PLACED)
    await office.say("coach on")
    message = await office.say("coach next")
    assert "Next note: Wed 25 Nov 2026, 12:00" in plain(message)
    assert "you chose Wednesdays at 12:00" in plain(message)
    about = plain(message).split("About: ")[1].splitlines()[0]
    (note,) = await office.wait_until(WEDNESDAY)
    assert about in plain(note)


async def test_next_after_moving_past_the_hour(office: Coached) -> None:
    await office.say("coach on")
    office.calendar.move(timedelta(days=1, hours=20))
    await office.say("coach settings Europe/Madrid")  # 14:00 there
    assert "comes with the next delivery" in plain(await office.say("coach next"))
    await office.tick()
    assert [row.state for row in await office.ledger()] == [State.SENT]


async def test_next_after_moving_past_the_hour_and_into_the_night(office: Coached) -> None:
    await office.say("coach on")
    office.calendar.move(timedelta(days=1, hours=23))
    await office.say("coach settings Pacific/Auckland")  # five in the morning there
    message = plain(await office.say("coach next"))
    assert "Next note: Thu 26 Nov 2026, 07:00" in message
    assert "late notes never come between 20:00 and 07:00" in message
    assert await office.wait(timedelta(hours=1, minutes=59), step=timedelta(minutes=1)) == []
    assert "waits until then. The reason: quiet hours." in plain(await office.say("coach why"))
    assert len(await office.wait(timedelta(minutes=1))) == 1
    assert "It waited until then. The reason: quiet hours." in plain(await office.say("coach why"))


async def test_more_tells_how_and_every_way_out(office: Coached) -> None:
    await office.say(PLACED)
    await office.say("coach on")
    (note,) = await office.wait_until(WEDNESDAY)
    pack = office.office.library.pack("en")
    about = (await office.ledger())[0].content
    message = await office.say(buttons(note)["More"])
    action = next(action for step in pack.steps for action in step.actions if action.id == about["action"])
    idea = next(idea for idea in pack.suggestions if idea.id == about["suggestion"])
    assert message.title == action.title
    assert action.how[:40] in plain(message)
    assert idea.how[:40] in plain(message)
    ways = {f"done {action.id}", f"later {action.id}", "coach pause", "coach less", "coach why", "stop"}
    assert ways <= set(buttons(message).values())


async def test_more_of_something_gone_still_offers_the_ways_out(office: Coached) -> None:
    await office.say("home")
    message = await office.say("coach more no-such-action no-such-idea")
    assert {"coach pause", "coach less", "coach why", "stop"} == set(buttons(message).values())


async def test_words_that_are_no_whole_command_are_a_question(office: Coached) -> None:
    for line in ("coach on the interview", "coach me", "coach whatever", "coach why not"):
        assert "oaching" not in (await office.say(line)).title, line
    assert await office.wait(timedelta(weeks=1)) == []
