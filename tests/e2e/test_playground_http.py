"""The playground's door: what the page's script asks, and what it refuses."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlmodel import select

from bot.conversation import Knowledge
from bot.database import Database
from bot.model.demo import DemoMessage
from tests.e2e.playground_server import Demo, demo_server

View = dict[str, Any]


@pytest.fixture
async def http(demo: Demo) -> AsyncIterator[ClientSession]:
    async with ClientSession(f"{demo.address}/playground/") as session:
        yield session


async def tell(http: ClientSession, path: str, **body: object) -> View:
    async with http.post(f"api/{path}", json=body) as response:
        assert response.status == 200, await response.text()
        view: View = await response.json()
        return view


async def state(http: ClientSession, member: str) -> View:
    async with http.get("api/state", params={"member": member}) as response:
        assert response.status == 200, await response.text()
        view: View = await response.json()
        return view


async def test_the_sample_members_stand_where_they_are_said_to(sqlite: Database, knowledge: Knowledge) -> None:
    async with demo_server(sqlite, knowledge) as first, ClientSession(f"{first.address}/playground/") as http:
        views = [await state(http, f"sample-{number}") for number in range(1, 5)]
    assert [view["knows"]["step"] for view in views] == [None, 2, 4, 7]
    assert [len(view["messages"]) > 1 for view in views] == [True] * 4
    assert "unasked" in {message["author"] for message in views[2]["messages"]}


async def test_a_file_is_downloaded_by_whoever_it_was_offered_to(http: ClientSession) -> None:
    offered = (await tell(http, "say", member="sample-2", text="export"))["messages"][-1]
    assert [file["recipe"] for file in offered["drawn"]["files"]] == ["record"]
    wanted = {"member": "sample-2", "message": str(offered["id"]), "file": "0"}
    async with http.get("api/file", params=wanted) as answer:
        assert [row["user_id"] for row in (await answer.json())["kept"]["member"]] == ["sample-2"]
        assert answer.headers["Content-Disposition"].startswith("attachment;")
    for other in ({"member": "sample-1"}, {"message": "1"}, {"message": "x"}, {"file": "1"}, {"file": "²"}):
        async with http.get("api/file", params={**wanted, **other}) as answer:
            assert answer.status == 404, other


async def test_a_typed_line_is_answered_by_the_mentor(http: ClientSession) -> None:
    view = await tell(http, "say", member="sample-1", text="/mentor faq do I need a degree?")
    typed, answer = view["messages"][-2:]
    assert (typed["author"], typed["words"]) == ("member", "/mentor faq do I need a degree?")
    assert answer["drawn"]["title"] == "Do I need a degree, and which degree is best?"
    assert answer["drawn"]["slack"][0]["type"] == "header"
    assert answer["drawn"]["teams"]["type"] == "AdaptiveCard"


async def test_a_week_brings_one_note_at_its_hour_to_each_who_asked(http: ClientSession, demo: Demo) -> None:
    before = (await state(http, "sample-1"))["arrived"]
    await tell(http, "say", member="sample-1", text="coach on")
    view = await tell(http, "move", member="sample-1", days=7)
    notes = [message for message in view["messages"] if message["author"] == "unasked"]
    assert [(note["at"], note["drawn"]["notice"]) for note in notes] == [
        ("Wed 25 Nov, 12:00", "Your weekly note is ready")
    ]
    assert view["now"] == "Mon 30 Nov, 09:20"
    assert {user: view["arrived"][user] - before[user] for user in before} == {
        "sample-1": 1,
        "sample-2": 0,
        "sample-3": 1,
        "sample-4": 1,
    }
    async with demo.mentor.database.work() as session:
        keys = Counter((await session.exec(select(DemoMessage.key))).all())
    assert len(keys) >= 3
    assert set(keys.values()) == {1}


@pytest.mark.parametrize("platform", ["slack", "teams"])
async def test_a_pressed_button_puts_its_answer_in_the_message(http: ClientSession, platform: str) -> None:
    view = await state(http, "sample-3")
    note = next(message for message in view["messages"] if message["author"] == "unasked")
    pressed = _done_in_slack(note) if platform == "slack" else _done_in_teams(note)
    after = await tell(http, "press", member="sample-3", message=note["id"], **{platform: pressed})
    replaced = next(message for message in after["messages"] if message["id"] == note["id"])
    assert replaced["revision"] == 1
    assert replaced["drawn"]["title"] != note["drawn"]["title"]
    assert after["knows"]["done"] == view["knows"]["done"] + 1
    assert len(after["messages"]) == len(view["messages"])


def _done_in_slack(note: View) -> View:
    [button] = [
        element
        for block in note["drawn"]["slack"]
        for element in block.get("elements", [])
        if element.get("text", {}) and element.get("style") == "primary"
    ]
    return {"action": {"type": "button", "action_id": button["action_id"], "value": button["value"]}}


def _done_in_teams(note: View) -> View:
    [action] = [
        action
        for element in note["drawn"]["teams"]["body"]
        for action in element.get("actions", [])
        if action.get("style") == "positive"
    ]
    data: View = action["data"]
    return data


async def test_looking_at_a_member_is_no_use_of_the_mentor(http: ClientSession) -> None:
    first = await state(http, "sample-1")
    await tell(http, "move", member="sample-2", days=1)
    second = await state(http, "sample-1")
    assert second["messages"] == first["messages"]
    assert second["knows"]["coach"] == first["knows"]["coach"]


async def test_a_demo_that_starts_again_goes_on_where_it_was(sqlite: Database, knowledge: Knowledge) -> None:
    async with demo_server(sqlite, knowledge) as first, ClientSession(f"{first.address}/playground/") as http:
        left = await tell(http, "move", member="sample-3", days=7)
    async with demo_server(sqlite, knowledge) as second, ClientSession(f"{second.address}/playground/") as http:
        found = await state(http, "sample-3")
        assert found["knows"]["step"] == left["knows"]["step"] == 4
        assert found["arrived"] == left["arrived"]
        on = await tell(http, "move", member="sample-3", days=7)
        assert on["arrived"]["sample-3"] == left["arrived"]["sample-3"] + 1


async def test_ten_thousand_characters_are_answered_in_the_mentors_own_words(http: ClientSession) -> None:
    view = await tell(http, "say", member="sample-1", text="a" * 10_000)
    assert view["messages"][-1]["drawn"]["title"] == "That is more than I can read at once"


async def test_what_cannot_be_read_gets_a_sentence(http: ClientSession) -> None:
    unfit = ('{"member": "sample-1"}', '{"member": 1, "text": "x"}', '{"member": "sample-1", "text": 5}')
    for body in ("", "{", "[]", "\x00", *unfit):
        async with http.post("api/say", data=body, headers={"Content-Type": "application/json"}) as response:
            assert response.status == 400, body
            assert "could not be read" in (await response.json())["error"]


async def test_who_and_what_is_not_there_is_said(http: ClientSession) -> None:
    home = {"teams": {"command": "home"}}
    typed = (await tell(http, "say", member="sample-1", text="hi"))["messages"][-2]
    assert typed["author"] == "member"
    for path, body in (
        ("say", {"member": "nobody", "text": "hi"}),
        ("move", {"member": "nobody", "days": 1}),
        ("press", {"member": "nobody", "message": 1, **home}),
        ("press", {"member": "sample-1", "message": 99_999, **home}),
        ("press", {"member": "sample-1", "message": typed["id"], **home}),  # has nothing to press
    ):
        async with http.post(f"api/{path}", json=body) as response:
            assert response.status == 404, body
            assert (await response.json())["error"].endswith(".")


async def test_only_a_day_or_a_week_can_be_moved(http: ClientSession) -> None:
    for days in (0, -1, 2, 3650, "7"):
        async with http.post("api/move", json={"member": "sample-1", "days": days}) as response:
            assert response.status == 400


async def test_another_site_cannot_type_for_a_member(http: ClientSession) -> None:
    before = await state(http, "sample-1")
    json = {"Content-Type": "application/json"}
    for headers, status in (
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
        ({**json, "Origin": "https://example.org"}, 403),
        ({**json, "Origin": "null"}, 403),
        ({**json, "Sec-Fetch-Site": "cross-site"}, 403),
    ):
        async with http.post("api/say", data='{"member":"sample-1","text":"stop"}', headers=headers) as response:
            assert response.status == status, headers
    assert await state(http, "sample-1") == before


async def test_pages_forbid_what_they_do_not_need(demo: Demo) -> None:
    async with ClientSession(demo.address) as session:
        for path in ("/playground", "/playground/nothing", "/playground/api/state", "/gallery/nothing"):
            async with session.get(path) as response:
                policy = response.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "frame-ancestors 'none'" in policy
                assert "unsafe" not in policy
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                text = await response.text()
                assert "style=" not in text
                assert "<script>" not in text
        async with session.get("/playground/nothing") as response:
            assert response.status == 404
            assert "There is no such page" in await response.text()
        async with session.get("/", allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (302, "/playground")
