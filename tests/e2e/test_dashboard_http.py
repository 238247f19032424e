"""The manager's pages over HTTP, on both databases: the way in, what is shown, and who is turned away."""

import asyncio
import re
from datetime import timedelta

from sqlmodel import update

from bot.message import plain
from bot.model.people import Tenant
from tests.fakes.cohorts import create, enter
from tests.fakes.dashboard import Dashboard
from tests.fakes.notices import say


async def learners(dashboard: Dashboard, number: int = 6) -> None:
    code = await create(dashboard.world, "Sample <b>group</b>")
    await enter(dashboard.world, code, number)


async def test_a_link_works_once_by_its_button_within_minutes(dashboard: Dashboard) -> None:
    await learners(dashboard)
    link = await dashboard.link()
    for _ in range(3):
        status, page = await dashboard.get(link)  # a preview reads it
        assert (status, "Sign in" in page) == (200, True)
    token = link.rpartition("/")[2]
    status, page = await dashboard.post("/dashboard/enter", {"token": token})
    assert (status, "Sample &lt;b&gt;group&lt;/b&gt;" in page) == (200, True)
    assert (await dashboard.post("/dashboard/enter", {"token": token}))[0] == 403

    late = (await dashboard.link()).rpartition("/")[2]
    dashboard.world.calendar.move(timedelta(minutes=10))
    assert (await dashboard.post("/dashboard/enter", {"token": late}))[0] == 403
    for forged in ("", "x", "é" * 500, f"{token}x"):
        assert (await dashboard.post("/dashboard/enter", {"token": forged}))[0] == 403


async def test_after_signing_out_nothing_opens(dashboard: Dashboard) -> None:
    await learners(dashboard)
    waiting = (await dashboard.link()).rpartition("/")[2]
    await dashboard.sign_in()
    cookies = {cookie.key: cookie.value for cookie in dashboard.browser.cookie_jar}
    status, page = await dashboard.post("/dashboard/leave", {})
    assert (status, "You are signed out" in page) == (200, True)
    dashboard.browser.cookie_jar.update_cookies(cookies)
    for path in ("/dashboard", "/dashboard/1", "/dashboard/1/people", "/dashboard/1/people.csv"):
        assert (await dashboard.get(path))[0] == 401, path
    assert (await dashboard.post("/dashboard/enter", {"token": waiting}))[0] == 403


async def test_a_session_ends_after_eight_hours(dashboard: Dashboard) -> None:
    await learners(dashboard)
    await dashboard.sign_in()
    dashboard.world.calendar.move(timedelta(hours=7, minutes=59))
    assert (await dashboard.get("/dashboard/1"))[0] == 200
    dashboard.world.calendar.move(timedelta(minutes=1))
    assert (await dashboard.get("/dashboard/1"))[0] == 401


ROUTES = (
    "/dashboard/1",
    "/dashboard/1/people",
    "/dashboard/1/people.csv",
    "/dashboard/1/people/2",
    "/dashboard/1/report",
    "/dashboard/1?place=site+North/Gate",
    "/dashboard/99",
)


async def test_another_workspaces_manager_finds_nothing_here(dashboard: Dashboard) -> None:
    await learners(dashboard)
    await create(dashboard.world, "Theirs", tenant="T2")
    await dashboard.sign_in(tenant="T2")
    found = {path: await dashboard.get(path) for path in ROUTES}
    assert {status for status, _ in found.values()} == {404}
    assert [path for path, (_, page) in found.items() if "Sample" in page or "U1" in page] == []
    assert (await dashboard.get("/dashboard/2"))[0] == 200
    status, side_by_side = await dashboard.get("/dashboard/compare")
    assert (status, "Theirs" in side_by_side, "Sample" in side_by_side) == (200, True, False)


async def test_cohorts_side_by_side_hold_the_figures_of_each_and_name_nobody(dashboard: Dashboard) -> None:
    await learners(dashboard)
    code = await create(dashboard.world, "Evening group")
    await enter(dashboard.world, code, 4, first=11)
    await dashboard.sign_in()
    _, page = await dashboard.get("/dashboard/compare")
    rows = [re.sub(r"(<[^>]*>|\s)+", " ", row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    assert [row.strip() for row in rows[1:]] == [
        "Sample &lt;b&gt;group&lt;/b&gt; 6 on 3 0 of 6 6 of 6 0 0 by 6 people",
        "Evening group",  # four are too few
        "All together 6 on 3 0 of 6 6 of 6 0 0 by 6 people",
    ]
    assert ">U1" not in page
    assert 'href="/dashboard/compare"' in (await dashboard.get("/dashboard/1"))[1]
    await say(dashboard.world, "cohort archive #2 yes")
    assert "Evening" not in (await dashboard.get("/dashboard/compare"))[1]


async def test_progress_over_weeks_begins_when_it_is_shared_and_is_gone_with_who_leaves(dashboard: Dashboard) -> None:
    await learners(dashboard)
    await dashboard.sign_in()
    assert "Progress over weeks" not in (await dashboard.get("/dashboard/1"))[1]  # no full week yet
    dashboard.world.calendar.move(timedelta(days=8))
    await say(dashboard.world, "step 4 go", user="U1")
    await say(dashboard.world, "step 5 go", user="U2")
    await say(dashboard.world, "step 4 go", user="U3")
    await say(dashboard.world, "undo", user="U3")
    dashboard.world.calendar.move(timedelta(days=7))
    await say(dashboard.world, "step 6 go", user="U2")
    dashboard.world.calendar.move(timedelta(days=7))
    await dashboard.sign_in()
    _, page = await dashboard.get("/dashboard/1")
    found = re.findall(r"Week of (\w+ \d+), \d+</th><td>([^<]*)<", page)
    assert [told for _, told in found][-2:] == ["2 of 6", "0 of 6"]
    assert found == re.findall(
        r"Week of (\w+ \d+), \d+</th><td>([^<]*)<", (await dashboard.get("/dashboard/1/report"))[1]
    )
    await say(dashboard.world, "cohort leave", user="U6")
    assert "Progress over weeks" not in (await dashboard.get("/dashboard/1"))[1]


async def test_members_and_former_managers_are_no_managers(dashboard: Dashboard) -> None:
    await learners(dashboard)
    await say(dashboard.world, "cohort managers add @SECOND")
    await dashboard.sign_in("SECOND")
    assert (await dashboard.get("/dashboard/1"))[0] == 200
    await say(dashboard.world, "cohort managers remove @SECOND")
    assert {(await dashboard.get(path))[0] for path in ROUTES} == {404}
    assert "You manage no cohort" in plain(await say(dashboard.world, "cohort web", user="U1"))


async def test_what_is_withdrawn_is_gone_while_the_page_is_open(dashboard: Dashboard) -> None:
    await learners(dashboard)
    await dashboard.sign_in()
    _, page = await dashboard.get("/dashboard/1/people")
    [address] = re.findall(r'href="(/dashboard/1/people/\d+)">Sample 3<', page)
    assert "up to date" in (await dashboard.get(address))[1]
    await say(dashboard.world, "cohort leave", user="U3")
    assert (await dashboard.get(address))[0] == 404
    assert ">Sample 3<" not in (await dashboard.get("/dashboard/1/people"))[1]


async def test_the_list_is_filtered_searched_sorted_and_paged_by_its_address(dashboard: Dashboard) -> None:
    code = await create(dashboard.world)
    await enter(dashboard.world, code, 55, line="home")
    await say(dashboard.world, "site =Mill", user="U9")
    await dashboard.sign_in()

    def users(page: str) -> list[str]:
        return re.findall(r'href="/dashboard/1/people/\d+">Sample (\d+)<', page)

    first = users((await dashboard.get("/dashboard/1/people"))[1])
    second = users((await dashboard.get("/dashboard/1/people?page=2"))[1])
    assert (len(first), len(second), len({*first, *second})) == (50, 5, 55)
    assert users((await dashboard.get("/dashboard/1/people?page=999"))[1]) == second
    assert users((await dashboard.get("/dashboard/1/people?down=1"))[1])[0] == second[-1]
    assert users((await dashboard.get("/dashboard/1/people?q=%3Dmill"))[1]) == ["9"]
    assert users((await dashboard.get("/dashboard/1/people?q=SAMPLE%2054"))[1]) == ["54"]
    assert users((await dashboard.get("/dashboard/1/people?q=U54"))[1]) == []
    assert users((await dashboard.get("/dashboard/1/people?show=quiet"))[1]) == []
    for strange in ("sort=x", "page=-1", "page=%00", "show=%F0%9F%8E%89", "q=" + "x" * 500, "down=2"):
        assert (await dashboard.get(f"/dashboard/1/people?{strange}"))[0] == 200
    assert 'aria-sort="descending"' in (await dashboard.get("/dashboard/1/people?sort=place&down=1"))[1]


async def test_a_file_holds_no_formula(dashboard: Dashboard) -> None:
    code = await create(dashboard.world)
    await say(dashboard.world, '=HYPERLINK("https://example.org")', user="U1")
    await say(dashboard.world, '=cmd,"x', user="U1")
    await say(dashboard.world, 'site =1+1,"x"', user="U1", name="\u202e=2+2<b>")
    await say(dashboard.world, f"cohort join {code} share everything", user="U1")
    await dashboard.sign_in()
    async with dashboard.browser.get(f"{dashboard.address}/dashboard/1/people.csv") as answer:
        assert answer.content_type == "text/csv"
        assert "attachment" in answer.headers["Content-Disposition"]
        told = await answer.text()
    assert told.splitlines()[1] == '\'=2+2<b>,,,up to date,,,"\'=1+1,""x""",U1'


async def test_each_page_is_a_look_that_the_member_can_read(dashboard: Dashboard) -> None:
    await learners(dashboard, 2)
    await dashboard.sign_in()
    await dashboard.get("/dashboard/1")
    assert "Nobody has looked" in plain(await say(dashboard.world, "privacy", user="U1"))  # figures name nobody
    for path in ("/dashboard/1/people", "/dashboard/1/people.csv"):
        await dashboard.get(path)
    assert plain(await say(dashboard.world, "privacy", user="U1")).count("· Sample <b>group</b> ·") == 2


async def test_a_page_waits_for_nobody_who_writes(dashboard: Dashboard) -> None:
    """Unless it is somebody's first look in this hour: that is kept first."""
    await learners(dashboard)
    await dashboard.sign_in()
    pages = ("/dashboard/1", "/dashboard/1/people")
    first = [await dashboard.get(path) for path in pages]
    async with dashboard.world.database.work() as session, asyncio.timeout(60):
        await session.exec(update(Tenant).values(quiet_from=None))
        assert [await dashboard.get(path) for path in pages] == first
    dashboard.world.calendar.move(timedelta(hours=1))
    await dashboard.get(pages[1])
    assert plain(await say(dashboard.world, "privacy", user="U1")).count("· Sample <b>group</b> ·") == 2


async def test_locked_to_figures_the_list_is_empty(dashboard: Dashboard) -> None:
    await learners(dashboard)
    await say(dashboard.world, "admin cohorts lock")
    await dashboard.sign_in()
    pages = [(await dashboard.get(path))[1] for path in ROUTES[:4]]
    assert [page for page in pages if "U1" in page or "Sample 1" in page] == []
    assert "Where people are" in pages[0]


async def test_a_form_from_elsewhere_does_nothing(dashboard: Dashboard) -> None:
    await learners(dashboard)
    token = (await dashboard.link()).rpartition("/")[2]
    for headers in ({"Origin": "https://evil.example.org"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        assert (await dashboard.post("/dashboard/enter", {"token": token}, **headers))[0] == 403
    assert (await dashboard.post("/dashboard/enter", {"token": token}))[0] == 200


async def test_pages_are_kept_nowhere_and_run_no_foreign_script(dashboard: Dashboard) -> None:
    await learners(dashboard)
    await dashboard.sign_in()
    async with dashboard.browser.get(f"{dashboard.address}/dashboard/1") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        page = await answer.text()
    assert "<script" not in page
    assert "style=" not in page
    assert len(page) < 150_000
    [cookie] = list(dashboard.browser.cookie_jar)
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/dashboard")


async def test_an_invitation_by_link_says_what_to_type(dashboard: Dashboard) -> None:
    await create(dashboard.world)
    told = plain(await say(dashboard.world, "cohort invite link"))
    [path] = re.findall(r"https://mentor.example.org(/join/[A-Z-]+)", told)
    status, page = await dashboard.get(path)
    assert status == 200
    assert f"/mentor cohort join {path.rpartition('/')[2]}" in page
