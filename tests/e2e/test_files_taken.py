"""A link to a file: read by anybody as often as they like, used once by whoever presses its button, in time."""

from datetime import timedelta

from sqlmodel import select, update

from bot.mentoring.handing_over import LINK_LASTS, Person, offer, take
from bot.message import File
from bot.model.files import FileOffer
from bot.model.people import Member
from tests.fakes.dashboard import Dashboard
from tests.fakes.notices import say

RECORD = File("my-record.json", "Your record", "record")
HER, HIM = Person("demo", "T1", "HER"), Person("demo", "T1", "HIM")


async def _link(dashboard: Dashboard, file: File = RECORD) -> str:
    world = dashboard.world
    async with world.database.work() as session:
        token = await offer(session, HER, file, world.calendar.now(), LINK_LASTS)
    assert token
    return token


async def test_it_brings_the_file_once_within_minutes(dashboard: Dashboard) -> None:
    for person in (HER, HIM):
        await say(dashboard.world, "help", user=person.user, tenant="T1")
    token = await _link(dashboard)
    for _ in range(3):
        status, page = await dashboard.get(f"/take/{token}")  # a preview reads it
        assert (status, "Your file is ready" in page, RECORD.name in page) == (200, True, True)
    async with dashboard.browser.post(f"{dashboard.address}/take", data={"token": token}) as answer:
        kept = answer.headers
        record = await answer.json()
    assert (answer.status, [row["user_id"] for row in record["kept"]["member"]]) == (200, [HER.user])
    assert kept["Content-Disposition"].startswith('attachment; filename="career-mentor-record-')
    assert (kept["Cache-Control"], kept["X-Content-Type-Options"]) == ("no-store", "nosniff")

    late = await _link(dashboard)
    dashboard.world.calendar.move(LINK_LASTS)
    for over in (token, late, "", "x", "é" * 500, f"{late}x"):
        status, page = await dashboard.post("/take", {"token": over})
        assert (status, "used or has ended" in page) == (410, True)
    assert (await dashboard.get(f"/take/{token}"))[0] == 410
    foreign = await _link(dashboard)
    assert (await dashboard.post("/take", {"token": foreign}, Origin="https://elsewhere.example.org"))[0] == 403


async def test_what_it_brings_is_asked_when_it_is_used(dashboard: Dashboard) -> None:
    world = dashboard.world
    await say(world, "help", user=HER.user, tenant="T1")
    gone = await _link(dashboard, File("old.csv", "Old", "a-kind-of-long-ago 17"))
    assert "not there any more" in (await dashboard.post("/take", {"token": gone}))[1]
    token = await _link(dashboard)
    async with world.database.work() as session:
        await session.exec(update(Member).values(deactivated_at=world.calendar.now()))
    assert (await dashboard.post("/take", {"token": token}))[0] == 410


async def test_a_token_that_is_somebodys_own_is_no_use_to_another(dashboard: Dashboard) -> None:
    world = dashboard.world
    for person in (HER, HIM):
        await say(world, "help", user=person.user, tenant="T1")
    token, now = await _link(dashboard), world.calendar.now()
    async with world.database.work() as session:
        assert await take(session, token, now, HIM) is None
        assert await offer(session, Person("demo", "T9", "HER"), RECORD, now, LINK_LASTS) is None
        assert await take(session, token, now, HER) == (HER, "record")
        assert await take(session, token, now, HER) is None

    old, new = [await _link(dashboard) for _ in range(2)]
    dashboard.world.calendar.move(timedelta(days=1))
    fresh = await _link(dashboard)
    async with world.database.reading() as session:
        [kept] = (await session.exec(select(FileOffer))).all()  # those that had ended went
    assert not {old, new, fresh} & {kept.token_hash}
