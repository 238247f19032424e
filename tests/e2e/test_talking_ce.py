"""CE as a member keeps it, on both databases: credentials added, courses logged in many ways, and whatever is typed
wrong explained.
"""

from sqlmodel import col, select

from bot.clock import FixedClock
from bot.database import Database
from bot.message import plain
from bot.model.credentials import HeldCredential, LoggedCourse
from tests.fakes.talking import Talk, buttons, fields

CMM = "ce add cmm earned 2026-03-01 expires 2027-03-01"
CMPE = "ce add cmpe earned 2024-05-04"


async def courses(database: Database, *, everything: bool = False) -> list[LoggedCourse]:
    async with database.work() as session:
        rows = (await session.exec(select(LoggedCourse).order_by(col(LoggedCourse.id)))).all()
    return [row for row in rows if everything or row.removed_at is None]


async def test_eight_courses_in_eight_ways_and_a_right_forecast(talk: Talk, database: Database) -> None:
    await talk(CMM)
    await talk(CMPE)
    for line in (
        'ce log 1.5 live "OSHA update" 2026-11-03 for cmm',
        'ce log 2 "Budget basics" for cmm on Nov 5',
        "ce log 1 Phones and people yesterday for CMM",
        'ce log for cmpe 6 hours live "State meeting" 2026-10-02 by MGMA number 20417',
        'ce log 1,25 "Denials” 11/10/2026 for pahcom-cmm https://example.org/mine',
        'ce log 10 recorded mgma "Course library" 2026-08-01 for cmpe',
        'ce log 2 "Law for leads" 2026-09-09 for cmm and cmpe 3',
        'ce log 24 " Evening college " 2026-07-01 for cmpe by  a college  number 7',
    ):
        assert (await talk(line)).title == "Logged", line
    kept = await courses(database)
    assert [row.title for row in kept] == [
        "OSHA update",
        "Budget basics",
        "Phones and people",
        "State meeting",
        "Denials",
        "Course library",
        "Law for leads",
        "Evening college",
    ]
    assert [row.amounts for row in kept][4:7] == [
        {"pahcom-cmm": 125},
        {"mgma-cmpe": 1000},
        {"pahcom-cmm": 200, "mgma-cmpe": 300},
    ]
    assert (kept[3].kinds, kept[3].provider, kept[3].index_number) == (["live", "mgma"], "MGMA", "20417")
    assert (str(kept[1].day), str(kept[2].day), str(kept[4].day)) == ("2026-11-05", "2026-11-22", "2026-11-10")
    assert (kept[4].link, kept[7].provider) == ("https://example.org/mine", "a college")
    told = plain(await talk("ce"))
    assert "CMM: 4.25 CEUs to go by Mar 1, 2027: 1.4 a month" in told
    # 16 of 30 are MGMA's, 6 of 12 live; of the other 27 hours only 20 count
    assert "CMPE: 14 hours to go by Dec 31, 2027: 1.1 a month, 14 of them MGMA" in told
    assert "6 of them live MGMA" in told


async def test_what_cannot_be_right_is_explained_and_not_kept(talk: Talk, database: Database) -> None:
    await talk(CMM)
    await talk("ce add cmaa expires 2027-06-30")
    for line, title in {
        'ce log 2 "Later" 2027-01-05 for cmm': "Jan 5, 2027 is still to come",
        'ce log 0 "Nothing" 2026-11-03 for cmm': "Credits start above 0",
        'ce log 101 "Much" 2026-11-03 for cmm': "That is more than one course can give",
        'ce log 1.234 "Fine" 2026-11-03 for cmm': "Two places behind the point are enough",
        'ce log "No amount" 2026-11-03 for cmm': "How many credits?",
        "ce log 2 2026-11-03 for cmm": "What was the course called?",
        'ce log 2 "Not mine" 2026-11-03 for cpc': "cpc is not on your list",
        'ce log 2 "For whom" 2026-11-03': "For which credential?",
        'ce log 2 "Two units" 2026-11-03 for cmm and cmaa': "How many CEUs for CMM?",
        'ce log 2 hours "Other unit" 2026-11-03 for cmaa': "How many NHA credits for CMAA?",
        'ce log 2 "Which day" on the blue day for cmm': "I could not read the day",
    }.items():
        assert (await talk(line)).title == title, line
    assert await courses(database) == []
    patient = await talk('ce log 2 "Case of Maria Lopez DOB 4/5/1961 chart 88213" 2026-11-03 for cmm')
    assert "patient" in plain(patient)
    assert await courses(database) == []
    await talk('ce log 2 "Two units" 2026-11-03 for cmm and cmaa 1')
    assert [row.amounts for row in await courses(database)] == [{"pahcom-cmm": 200, "nha-cmaa": 100}]


async def test_what_does_not_count_is_kept_and_said(talk: Talk, database: Database) -> None:
    await talk(CMM)
    message = plain(await talk('ce log 2 "Early" 2026-02-01'))
    assert "It lies before this period of your CMM, which began on Mar 2, 2026" in message
    assert "12 CEUs to go" in message
    assert len(await courses(database)) == 1


async def test_the_same_course_twice_is_noticed(talk: Talk, database: Database) -> None:
    await talk(CMM)
    line = 'ce log 2 "Law for leads" 2026-11-03'
    await talk(line)
    noticed = await talk('ce log 2 " law  FOR leads" 2026-11-03')
    assert noticed.title == "You logged this one already"
    assert len(await courses(database)) == 1
    await talk(buttons(noticed)["Log it a second time"])
    assert len(await courses(database)) == 2


async def test_corrected_deleted_and_brought_back(talk: Talk, database: Database, calendar: FixedClock) -> None:
    await talk(CMM)
    await talk('ce log 2 "Law for leads" 2026-11-03')
    form = (await talk("ce edit 1")).form
    assert form is not None
    assert [field.value for field in form.fields][:4] == ["2", "", "Law for leads", "2026-11-03"]
    edited = await talk('ce edit 1 3 "Law for leads" 2026-11-04')
    assert [(row.id, row.amounts) for row in await courses(database)] == [(2, {"pahcom-cmm": 300})]
    await talk(buttons(edited)["Undo"])
    assert [(row.id, row.amounts) for row in await courses(database)] == [(1, {"pahcom-cmm": 200})]
    await talk('ce edit 1 3 "Law for leads" 2026-11-04')
    await talk('ce edit 3 4 "Law for leads" 2026-11-05')
    await talk(buttons(edited)["Undo"])
    assert [row.id for row in await courses(database)] == [1]
    deleted = await talk("ce delete 1")
    assert await courses(database) == []
    await talk(buttons(deleted)["Undo"])
    assert len(await courses(database)) == 1
    await talk("ce delete 1")
    calendar.move(calendar.now().replace(month=12, day=30) - calendar.now())
    await talk('ce log 1 "Another" 2026-12-01')
    await talk("ce delete 5")
    assert [row.id for row in await courses(database, everything=True)] == [5]


async def test_nobody_reaches_the_courses_of_another(talk: Talk, database: Database) -> None:
    await talk(CMM)
    await talk('ce log 2 "Law for leads" 2026-11-03')
    for line in ("ce delete 1", 'ce edit 1 3 "Mine" 2026-11-03', "ce restore 1"):
        assert (await talk(line, user="U2")).title == "I find no course of that number"
    assert len(await courses(database)) == 1


async def test_the_printed_date_is_asked_first_and_wins(talk: Talk, database: Database) -> None:
    asked = await talk("ce add cmm")
    assert fields(asked) == ["ce add cmm expires"]
    assert asked.form is not None
    assert [field.name for field in asked.form.fields] == ["expires", "earned"]
    derived = plain(await talk("ce add cmm earned March 1 2026"))
    assert "by Feb 28, 2027" in derived
    assert "worked out from the rule" in derived
    printed = plain(await talk("ce add cmm expires 2027-03-15"))
    assert "by Mar 15, 2027" in printed
    assert "the one on your certificate" in printed
    for line, title in {
        "ce add cmm earned 2027-01-01": "Jan 1, 2027 is still to come",
        "ce add cmm earned 2026-03-01 expires 2026-02-01": "The certificate would end before it begins",
        "ce add cmm expires the blue day": "I could not read that as a date",
        "ce add cmm expires 2226-02-01": "Feb 1, 2226 is very far away. Is the year right?",
        "ce add chiropractor": "I do not know that credential",
    }.items():
        assert (await talk(line)).title == title, line
    async with database.work() as session:
        (row,) = (await session.exec(select(HeldCredential))).all()
    assert (str(row.earned), str(row.expires)) == ("2026-03-01", "2027-03-15")


async def test_an_unknown_number_is_not_found_until_the_issuer_told_it(talk: Talk) -> None:
    told = plain(await talk("ce add chap earned 2025-01-10"))
    assert "how many credits was not found, ask the issuer" in told
    await talk('ce log 2 "Law for leads" 2026-11-03')
    assert "22 points to go" in plain(await talk("ce needs chap 24"))
    assert "not found, ask the issuer" in plain(await talk("ce needs chap rule"))
    assert "membership" not in plain(await talk("ce add cpc undated"))
    assert "until Mar 1, 2027" not in plain(await talk("ce cpc"))
    assert "36 CEUs to go by Mar 1, 2027" in plain(await talk("ce add cpc month March"))


async def test_two_credentials_of_one_pool_share_what_is_logged(talk: Talk) -> None:
    await talk("ce add cpc month March")
    await talk("ce add cppm month March")
    told = plain(await talk('ce log 30 "Conference" 2026-05-04 for cpc'))
    assert "CPC: 10 CEUs to go" in told
    assert "CPPM: 16 CEUs to go" in plain(await talk("ce"))


async def test_taken_off_the_list_and_back(talk: Talk) -> None:
    await talk(CMM)
    dropped = await talk("ce drop cmm")
    assert (await talk("ce")).title == "No credentials yet"
    await talk(buttons(dropped)["Undo"])
    assert "12 CEUs to go by Mar 1, 2027" in plain(await talk("ce"))


async def test_home_says_what_is_due_and_privacy_what_is_kept(talk: Talk) -> None:
    await talk(CMM)
    await talk('ce log 2 "Law for leads" 2026-11-03')
    assert "CMM: 10 CEUs to go by Mar 1, 2027: 3.1 a month" in plain(await talk("home"))
    told = plain(await talk("privacy"))
    assert "Credentials you hold: 1" in told
    assert "Courses you logged: 1" in told


async def test_a_changed_rule_is_told_once(talk: Talk, database: Database) -> None:
    await talk(CMM)
    async with database.work() as session:
        (row,) = (await session.exec(select(HeldCredential))).all()
        row.rule_version = 0
        session.add(row)
    assert "The rule of the CMM as I know it has changed" in plain(await talk("ce"))
    assert "has changed" not in plain(await talk("ce"))


async def test_a_printed_date_that_passed_asks_for_the_next(talk: Talk) -> None:
    told = plain(await talk("ce add cmm expires 2026-11-10"))
    assert "The date on your certificate, Nov 10, 2026, has passed" in told
    assert "Contact PAHCOM within 30 days" in told
    assert "Contact PAHCOM" not in plain(await talk("ce add cmm expires 2026-10-10"))
    assert "has passed" not in plain(await talk("ce add cmm expires 2027-10-10"))


async def test_a_training_is_done_again_by_a_day(talk: Talk) -> None:
    assert "again by Jan 10, 2027" in plain(await talk("ce add hipaa expires 2027-01-10"))
    assert "again by Jan 5, 2027" in plain(await talk("ce add osha earned 2026-01-05"))
    await talk('ce log "Yearly training" 2026-11-20 for osha')
    told = plain(await talk("ce osha"))
    assert "again by Nov 20, 2027" in told
    assert "not found" not in told
    assert "0001" not in plain(await talk("ce hipaa")) + told
