"""Our real server, installed by OAuth into a workspace of a Slack that others wrote. What the emulator does otherwise
than Slack is said where a test meets it; nothing of ours bends to it.
"""

import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from aiohttp import ClientResponse

from bot.database import open_database
from bot.mentoring.samples import PLACED
from tests.emulated.shim import Call, Json
from tests.emulated.town import BOT, MANY, TEAM, Person, Town, open_town
from tests.fakes.slack_admin import installations
from tests.fakes.slack_views import filled_in

pytestmark = pytest.mark.asyncio(loop_scope="module")
REFUSED = {
    ("dnd.teamInfo", None),  # it has no dnd.* methods
    ("chat.postEphemeral", "user_not_in_channel"),  # a test here speaks from outside a channel
    ("views.open", "invalid_trigger_id"),  # and one presses with a trigger that is over
}
"""What the emulator may refuse us, and why."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(modules: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with open_town(modules, tmp_path_factory.mktemp("many"), MANY) as opened, opened.serving():
        assert (await install(opened, "installer")).status == 200
        yield opened
        refused = {(call.method, call.answer.get("error")) for call in opened.shim.calls if not call.answer.get("ok")}
        assert refused <= REFUSED


async def install(town: Town, person: str) -> ClientResponse:
    """From our page to Slack's, and back to ours."""
    page = await (await town.http.get(f"{town.url}/slack/install")).text()
    [start] = re.findall(r'class="add" href="([^"]+)"', page)
    slack = await town.http.get(f"{town.url}{start}")
    assert slack.status == 200, await slack.text()
    # The emulator asks who is there, and takes that for a yes; Slack asks for the yes.
    fields = chosen(await slack.text(), town.people[person])
    return await town.http.post(f"{town.shim.url}/oauth/v2/authorize/callback", data=fields)


def chosen(page: str, person: Person) -> dict[str, str]:
    """The fields of the form with which that person goes on."""
    forms = [dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form)) for form in page.split("<form")[1:]]
    [fields] = [form for form in forms if form.get("user_id") == person.id]
    return {name: unescape(value) for name, value in fields.items()}


async def posted(town: Town, channel: str, times: int = 1) -> None:
    """Wait until we have written there so often."""
    await town.shim.until(lambda: len(town.shim.asked("chat.postMessage", channel=channel)) >= times)


async def test_an_administrator_installs_it_again(town: Town) -> None:
    before = len(town.shim.asked("oauth.v2.access"))
    answer = await install(town, "second")
    page = await answer.text()
    assert answer.status == 200
    assert urlsplit(str(answer.url)).path == "/slack/oauth_redirect"
    assert "Sample workspace" in page
    [call] = town.shim.asked("oauth.v2.access")[before:]
    assert call.answer["team"]["id"] == TEAM
    database = open_database(town.settings["DATABASE_URL"])
    [row] = await installations(database)
    await database.close()
    assert (row.external_id, row.bot_user_id) == (TEAM, BOT)
    assert "xoxb" not in row.token


async def test_a_way_back_is_good_once_and_in_one_browser(town: Town) -> None:
    slack = await town.http.get(f"{town.url}/slack/install/start")
    fields = chosen(await slack.text(), town.people["second"])
    callback = f"{town.shim.url}/oauth/v2/authorize/callback"
    asked = len(town.shim.asked("oauth.v2.access"))
    sent = await town.http.post(callback, data=fields, allow_redirects=False)
    back = sent.headers["Location"]
    town.http.cookie_jar.clear()
    assert (await town.http.get(back)).status == 400
    assert len(town.shim.asked("oauth.v2.access")) == asked


async def test_who_installed_it_is_told_what_to_do_next(town: Town) -> None:
    installer = town.people["installer"]
    await posted(town, installer.id)
    [welcome] = await installer.inbox()
    assert welcome["user"] == BOT
    assert welcome["metadata"]["event_type"] == "preceptor_delivery"


async def test_a_direct_message_is_answered_in_it(town: Town) -> None:
    """The emulator's events name no channel_type, no authorizations and, for our own messages, no bot_id: we know a
    direct message by its channel's letter, and our own words by our own id."""
    writer = town.people["writer"]
    for number, words in enumerate(("help", "What does a medical office manager do?"), 1):
        channel = (await writer.write(words))["channel"]
        await posted(town, channel, number)
    said = await writer.inbox()
    assert [message["user"] for message in said] == [writer.id, BOT, writer.id, BOT]
    assert all(message["blocks"] and message["text"] for message in said if message["user"] == BOT)


async def test_a_word_in_a_thread_is_answered_there(town: Town) -> None:
    reader = town.people["reader"]
    asked = await reader.write("help")
    channel = asked["channel"]
    await posted(town, channel)
    await reader.write("next", thread_ts=asked["ts"])
    await posted(town, channel, 2)
    assert town.shim.asked("chat.postMessage", channel=channel)[-1].given["thread_ts"] == asked["ts"]


async def test_a_slash_command_is_answered_and_its_writers_profile_read(town: Town) -> None:
    """The emulator's profiles name no zone."""
    commander = town.people["commander"]
    told = await town.slash(commander, "help")
    assert told["response_type"] == "ephemeral"
    assert "blocks" in told
    await town.shim.until(lambda: bool(town.shim.asked("users.info", user=commander.id)))


async def test_a_pressed_button_puts_its_reply_in_the_messages_place(town: Town) -> None:
    presser = town.people["presser"]
    told = await town.slash(presser, "help")
    before = len(town.shim.responses)
    await town.press(presser, buttons(told, "c:")[0])
    await town.shim.until(lambda: len(town.shim.responses) > before)
    assert town.shim.responses[before]["replace_original"] is True


def buttons(shown: Json, kind: str) -> list[Json]:
    """The buttons of a message that do something at once (c:), or open a window (f:)."""
    elements = [element for block in shown["blocks"] for element in block.get("elements", ())]
    return [element for element in elements if str(element.get("action_id")).startswith(kind)]


async def mention(town: Town, person: Person, channel: str) -> str:
    """Name the mentor in a channel: the channel's id. The emulator brings no app_mention."""
    channels = (await person.ask("conversations.list"))["channels"]
    [found] = [each["id"] for each in channels if each["name"] == channel]
    event = {"type": "app_mention", "user": person.id, "text": f"<@{BOT}> help", "channel": found, "ts": "1.2"}
    await town.tell(event, f"Ev0{channel}")
    return str(found)


async def test_a_mention_is_answered_to_its_writer_alone(town: Town) -> None:
    mentioner = town.people["mentioner"]
    channel = await mention(town, mentioner, "break-room")
    await town.shim.until(lambda: bool(town.shim.asked("chat.postEphemeral", channel=channel)))
    [call] = town.shim.asked("chat.postEphemeral", channel=channel)
    assert call.given["user"] == mentioner.id
    assert call.answer["ok"]


async def test_where_the_writer_cannot_be_answered_alone_the_answer_comes_as_a_direct_message(town: Town) -> None:
    """The emulator's own channel has nobody in it of our people, and its answers come as they would to a guest."""
    outsider = town.people["outsider"]
    channel = await mention(town, outsider, "general")
    await posted(town, outsider.id)
    [call] = town.shim.asked("chat.postEphemeral", channel=channel)
    assert call.answer["error"] == "user_not_in_channel"
    assert (await outsider.inbox())[-1]["user"] == BOT


async def test_home_is_published_and_kept_up_to_date(town: Town) -> None:
    """The emulator tells nobody that Home was opened."""
    planner = town.people["planner"]
    await town.tell({"type": "app_home_opened", "user": planner.id, "channel": "D0SAMPLE1", "tab": "home"}, "Ev0HOME")
    await published(town, planner, 1)
    await town.slash(planner, PLACED)
    first, second = await published(town, planner, 2)
    assert first.answer["ok"]
    assert second.answer["ok"]
    assert second.given["hash"] == first.answer["view"]["hash"]
    assert "step 3" in json.dumps(second.answer["view"]["blocks"])


async def published(town: Town, person: Person, times: int) -> list[Call]:
    await town.shim.until(lambda: len(town.shim.asked("views.publish", user_id=person.id)) >= times)
    return town.shim.asked("views.publish", user_id=person.id)


async def test_messages_opened_for_the_first_time_show_a_welcome(town: Town) -> None:
    newcomer = town.people["newcomer"]
    channel = (await newcomer.ask("conversations.open", users=BOT))["channel"]["id"]
    await town.tell({"type": "app_home_opened", "user": newcomer.id, "channel": channel, "tab": "messages"}, "Ev0TAB")
    await posted(town, channel)
    [welcome] = await newcomer.inbox()
    assert welcome["user"] == BOT


async def test_a_window_opens_is_filled_and_is_submitted(town: Town) -> None:
    """The emulator has nobody who submits: the test signs that."""
    filler = town.people["filler"]
    opener = buttons(await town.slash(filler, "home"), "f:")[0]
    await town.press(filler, opener)
    window = await filled(town, opener["value"])
    answers = {
        question: f"{question}={choice}" for question, choice in (word.split("=") for word in PLACED.split()[1:])
    }
    before = len(town.shim.responses)
    told = await town.interact(
        filler,
        {
            "type": "view_submission",
            "trigger_id": "1.2.s",
            "view": {**window, "state": {"values": filled_in(window, answers)}},
        },
    )
    assert told is not None
    assert told["response_action"] == "update"
    assert "step 3" in json.dumps(told)
    await town.shim.until(lambda: len(town.shim.responses) > before)
    assert "step 3" in town.shim.responses[before]["text"]


async def filled(town: Town, line: str) -> Json:
    """The window that opened last, once it is filled, as the emulator has it."""
    await town.shim.until(lambda: bool(town.shim.asked("views.update")))
    call = town.shim.asked("views.update")[-1]
    opened = town.shim.asked("views.open")[-1].answer["view"]
    window: Json = call.answer["view"]
    assert window["id"] == opened["id"]
    assert line in window["private_metadata"]
    return window


async def test_a_trigger_that_is_over_leaves_the_typed_way(town: Town) -> None:
    late = town.people["second"]
    opener = buttons(await town.slash(late, "home"), "f:")[0]
    before = len(town.shim.responses)
    await town.press(late, opener, trigger="1.2.late")
    await town.shim.until(lambda: len(town.shim.responses) > before)
    assert town.shim.asked("views.open", trigger_id="1.2.late")[0].answer["error"] == "invalid_trigger_id"
    assert f"/mentor {opener['value']}" in json.dumps(town.shim.responses[before])
