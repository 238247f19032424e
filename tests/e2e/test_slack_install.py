"""An administrator adds the mentor to a workspace: the page, Slack's question, the way back, and what follows."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest
from sqlmodel import select

from adapters.slack.scopes import SCOPES
from bot.clock import Clocks, FixedClock
from bot.conversation import Conversation, Knowledge
from bot.database import Database
from bot.errors import CannotReach
from bot.model.people import Tenant
from tests.fakes.slack import Broken, Cut, FakeSlack, Throttled, running_slack
from tests.fakes.slack_admin import HERE, Admin, Process, deliver, installations, open_many, said_by
from tests.fakes.slack_door import open_door
from tests.fakes.slack_oauth import INSTALLER, ORG, Place

ELSEWHERE = Place("T0SAMPLE2", "Sample workspace 2")


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with running_slack() as running:
        yield running


@pytest.fixture
async def admin(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> AsyncIterator[Admin]:
    async with open_many(slack, database, clocks, conversation) as opened:
        yield opened


async def test_the_page_says_what_it_asks_for_and_has_one_button(admin: Admin) -> None:
    answer = await admin.get("/slack/install")
    page = await answer.text()
    assert answer.status == 200
    assert len(SCOPES) >= 5
    assert [scope for scope in SCOPES if f"<code>{scope}</code>" not in page] == []
    assert re.findall(r'class="add" href="([^"]+)"', page) == ["/slack/install/start"]
    assert "14 days later" in page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert re.findall(r'(?:src|href)="(?!/static/|/slack/|/privacy|/terms|/support|#main)', page) == []
    [style] = re.findall(r'href="(/static/install\.css)"', page)
    assert (await admin.get(style)).status == 200


async def test_one_workspace_by_its_token_has_nothing_to_install(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_door(slack, database, clocks, conversation) as door:
        admin = Admin(door)
        page = await (await admin.get("/slack/install")).text()
        assert "installed already" in page
        assert "/slack/install/start" not in page
        for path in ("/slack/install/start", "/slack/oauth_redirect?code=1&state=2"):
            answer = await admin.get(path)
            assert (answer.status, answer.headers["Location"]) == (302, "/slack/install")


async def test_from_the_button_to_the_message_that_says_what_to_do_next(
    slack: FakeSlack, admin: Admin, database: Database, clocks: Clocks, knowledge: Knowledge
) -> None:
    answer = await admin.install()
    page = await answer.text()
    assert answer.status == 200
    assert "Sample workspace 1" in page
    assert "/mentor" in page
    assert slack.oauth.asked[0]["scope"].split(",") == list(SCOPES)
    assert slack.oauth.asked[0]["redirect_uri"] == "https://mentor.example.org/slack/oauth_redirect"

    report = await deliver(admin.door, database, clocks, knowledge)

    assert report.sent == 1
    assert said_by(slack) == [(INSTALLER, "xoxb-issued-1")]
    assert "whoever runs me" in str(slack.posted[0]["blocks"])
    [row] = await installations(database)
    assert row.external_id == HERE.id
    assert "xoxb" not in row.token


async def test_installing_again_replaces_the_token_and_greets_nobody_twice(
    slack: FakeSlack, admin: Admin, database: Database, clocks: Clocks, knowledge: Knowledge
) -> None:
    for _ in range(2):
        assert (await admin.install()).status == 200
        await deliver(admin.door, database, clocks, knowledge)
    assert len(await installations(database)) == 1
    assert len(slack.posted) == 1
    await admin.door.write("help", event_id="Ev7")
    await slack.until(lambda: len(slack.posted) == 2)
    assert said_by(slack)[1] == ("D0SAMPLE1", "xoxb-issued-2")


async def test_each_workspace_is_answered_with_its_own_token(slack: FakeSlack, admin: Admin) -> None:
    for place in (HERE, ELSEWHERE):
        await admin.install(place)
    for number, place in enumerate((HERE, ELSEWHERE)):
        bot = [{"team_id": place.team, "user_id": place.bot, "is_bot": True}]
        event = {"type": "message", "channel_type": "im", "channel": "D0SAMPLE1", "user": "U0SAMPLE1", "text": "help"}
        await admin.door.tell(event, event_id=f"Ev{number}", team_id=place.team, authorizations=bot)
        await slack.until(partial(_has_posted, slack, number + 1))
    assert [token for _, token in said_by(slack)] == ["xoxb-issued-1", "xoxb-issued-2"]


def _has_posted(slack: FakeSlack, number: int) -> bool:
    return len(slack.posted) == number


async def test_an_organization_installs_it_for_all_of_its_workspaces(
    slack: FakeSlack, admin: Admin, database: Database
) -> None:
    page = await (await admin.install(ORG)).text()
    assert "whole organization" in page
    event = {"type": "message", "channel_type": "im", "channel": "D0SAMPLE1", "user": "U0SAMPLE1", "text": "help"}
    asked = {"team_id": "T0OFORG", "enterprise_id": ORG.id, "user_id": ORG.bot, "is_enterprise_install": True}
    await admin.door.tell(event, team_id="T0OFORG", enterprise_id=ORG.id, authorizations=[asked])
    await slack.until(lambda: len(slack.posted) == 1)
    assert said_by(slack) == [("D0SAMPLE1", "xoxb-issued-1")]
    async with database.reading() as session:
        wanted = select(Tenant.enterprise_id).where(Tenant.external_id == "T0OFORG")
        assert (await session.exec(wanted)).one() == ORG.id


async def test_what_comes_back_in_another_browser_installs_nothing(
    slack: FakeSlack, admin: Admin, database: Database
) -> None:
    address, _ = await admin.begin()
    _, another = await admin.begin()
    back = slack.oauth.approve(address, HERE)
    for cookie in ("", another):
        answer = await admin.get(back, cookie)
        assert answer.status == 400
        assert "another browser" in await answer.text()
    assert await installations(database) == []
    assert "oauth.v2.access" not in slack.calls


async def test_a_state_is_good_once(slack: FakeSlack, admin: Admin) -> None:
    address, cookie = await admin.begin()
    back = slack.oauth.approve(address, HERE)
    assert (await admin.get(back, cookie)).status == 200
    again = await admin.get(back, cookie)
    assert again.status == 400
    assert "used before" in await again.text()
    assert slack.calls.count("oauth.v2.access") == 1


async def test_a_state_is_good_for_ten_minutes(slack: FakeSlack, admin: Admin, clocks: Clocks) -> None:
    address, cookie = await admin.begin()
    assert isinstance(clocks.machine, FixedClock)
    clocks.machine.move(timedelta(minutes=11))
    answer = await admin.get(slack.oauth.approve(address, HERE), cookie)
    assert answer.status == 400
    assert "oauth.v2.access" not in slack.calls


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("error=access_denied", 403, "You cancelled"),
        ("error=invalid_team_for_non_distributed_app", 400, "Slack refused"),
        ("error=<script>alert(1)</script>", 400, "Slack refused"),
        ("", 400, "another browser"),
        ("code=made-up&state=made-up", 400, "another browser"),
    ],
)
async def test_each_refusal_is_a_sentence_with_a_way_on(
    slack: FakeSlack, admin: Admin, query: str, status: int, says: str
) -> None:
    answer = await admin.get(f"/slack/oauth_redirect?{query}")
    page = await answer.text()
    assert answer.status == status
    assert says in page
    assert "/slack/install/start" in page
    assert "<script" not in page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert slack.calls == []


async def test_a_forged_state_with_its_own_cookie_is_refused(admin: Admin) -> None:
    _, cookie = await admin.begin()
    name = cookie.partition("=")[0]
    answer = await admin.get("/slack/oauth_redirect?code=1&state=forged", f"{name}=forged")
    assert answer.status == 400


async def test_a_code_that_slack_does_not_know_is_told(admin: Admin) -> None:
    _, cookie = await admin.begin()
    answer = await admin.get(f"/slack/oauth_redirect?code=unknown&state={cookie.partition('=')[2]}", cookie)
    assert answer.status == 400


@pytest.mark.parametrize("mishap", [Broken(503), Throttled("30"), Cut(taken=False)], ids=str)
async def test_slack_down_is_told_and_the_next_try_works(
    slack: FakeSlack, admin: Admin, database: Database, mishap: Broken | Throttled | Cut
) -> None:
    slack.goes_wrong("oauth.v2.access", mishap)
    answer = await admin.install()
    assert answer.status == 503
    assert answer.headers["Retry-After"]
    assert "Slack did not answer" in await answer.text()
    assert await installations(database) == []
    assert (await admin.install()).status == 200


async def test_the_cookie_is_kept_from_scripts_and_other_sites(admin: Admin) -> None:
    answer = await admin.get("/slack/install/start?team=T0SAMPLE1")
    told = answer.headers["Set-Cookie"]
    assert all(word in told for word in ("HttpOnly", "Secure", "SameSite=Lax"))
    assert answer.headers["Location"].endswith("&team=T0SAMPLE1")
    awkward = await admin.get("/slack/install/start?team=T1%26redirect_uri=x")
    assert "team=" not in awkward.headers["Location"]


async def test_nothing_secret_is_logged(
    slack: FakeSlack, admin: Admin, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    slack.oauth.rotates = True
    assert (await admin.install()).status == 200
    _, cookie = await admin.begin()
    state = cookie.partition("=")[2]
    assert (await admin.get(f"/slack/oauth_redirect?code=a-secret-code&state={state}", cookie)).status == 400
    logged = caplog.text + repr(await installations(database))
    assert len(slack.oauth.secrets) >= 3
    assert [each for each in (*slack.oauth.secrets, "a-secret-code", state) if each in logged] == []


async def test_a_server_reads_the_database_and_not_slack_while_it_answers(
    slack: FakeSlack, database: Database, clocks: Clocks, conversation: Conversation
) -> None:
    async with open_many(slack, database, clocks, conversation) as admin:
        await admin.install()
        before = slack.calls.count("auth.test")
        assert (await admin.door.slash("help")).status == 200
        assert slack.calls.count("auth.test") == before


async def test_a_workspace_that_never_installed_it_is_named_and_slack_is_not_asked(
    slack: FakeSlack, database: Database, clocks: Clocks
) -> None:
    process = Process(slack, database, clocks)
    with pytest.raises(CannotReach, match="not_installed"):
        await process.post("T0STRANGER")
    assert slack.calls == []
    await process.api.close()
