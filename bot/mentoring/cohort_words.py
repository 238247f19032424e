"""How a cohort looks to its manager in chat: made of a `View` alone, and so of what was shared. The same cells stand in
a member's `privacy` and in the file for a spreadsheet.
"""

from datetime import date

from babel.dates import format_date

from bot.mentoring.cohort_dates import NEAR, SOON, Ending
from bot.mentoring.cohort_rows import Row
from bot.mentoring.cohort_view import LEAST, Figures, View
from bot.mentoring.display_names import name_or_number
from bot.mentoring.outcomes import KINDS
from bot.mentoring.stages import LATER
from bot.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    Divider,
    Facts,
    Mention,
    Message,
    Paragraph,
    Progress,
    Span,
    Spans,
    Table,
    Text,
    rich,
    text,
)
from content.wording import Wording

ON_A_PAGE = 10
"""Rows in one message."""
NAMED = 5
"""People who moved on, or were long not heard of, with a button for each."""
COLUMNS = ("step", "actions", "activity", "ce", "outcomes", "place")


def cells(say: Wording, row: Row) -> tuple[str, ...]:
    """A row in words, one for each of `COLUMNS`; what is not shared is empty."""
    return (
        "" if row.stage is None else stage_words(say, row.stage) + (say("cohorts.row.moved") if row.moved else ""),
        "" if row.actions is None else str(row.actions),
        _activity(say, row),
        "; ".join(ending_words(say, each) for each in row.endings),
        ", ".join(say(f"cohorts.outcome.{kind}") for kind in row.outcomes),
        ", ".join(each for each in (row.site, row.region) if each),
    )


def stage_words(say: Wording, stage: int) -> str:
    """ "3", or "5 or later"."""
    return say("cohorts.step.later") if stage >= LATER else str(stage)


def day_words(say: Wording, day: date) -> str:
    return format_date(day, "medium", locale=say.locale)


def ending_words(say: Wording, ending: Ending) -> str:
    """ "CMM Dec 7, 2026"."""
    key = "cohorts.row.met" if ending.is_met else "cohorts.row.ends"
    return say(key, name=ending.name, day=day_words(say, ending.last))


def _activity(say: Wording, row: Row) -> str:
    if row.quiet_since:
        return say("cohorts.row.quiet", day=day_words(say, row.quiet_since))
    return say("cohorts.row.current") if row.is_current else ""


def headings(say: Wording) -> tuple[str, ...]:
    return tuple(say(f"cohorts.column.{name}") for name in ("person", *COLUMNS))


def person(say: Wording, row: Row) -> Span:
    """Somebody of another workspace is named with it, since no platform draws a mention of them here."""
    return Text(called(say, row)) if row.workspace else Mention(row.user_id, called(say, row))


def called(say: Wording, row: Row) -> str:
    """Their name, and where they come from if it is elsewhere."""
    name = name_or_number(say, row.name, row.member_id)
    return f"{name} ({row.workspace})" if row.workspace else name


def table(say: Wording, rows: tuple[Row, ...]) -> Table:
    """These rows, each with its person."""
    return Table(headings(say), tuple(((person(say, row),), *map(text, cells(say, row))) for row in rows))


def page_of(view: View, page: int) -> tuple[Row, ...]:
    """The rows that one message shows; pages count from 1."""
    return view.rows[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]


def named_of(view: View) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Who is named on the first page: those who moved on, and those long not heard of."""
    moved = tuple(row for row in view.rows if row.moved)[:NAMED]
    quiet = tuple(row for row in view.rows if row.quiet_since)[:NAMED]
    return moved, quiet


def view_message(say: Wording, view: View, page: int = 1, *, has_pages: bool = False) -> Message:
    """The cohort as its manager sees it. Figures stand on the first page alone."""
    title = say("cohorts.view.title", name=view.name)
    if page > 1:
        return Message(title, (*_rows(say, view, page), Buttons(_ways(say, view, page, has_pages=has_pages))))
    return Message(
        title,
        (
            *_opening(say, view),
            *_named(say, view),
            *ends_soon(say, view),
            *_rows(say, view, page),
            *_places(say, view),
            Paragraph(rich(say("cohorts.view.how")), quiet=True),
            Buttons(_ways(say, view, page, has_pages=has_pages)),
        ),
    )


def _opening(say: Wording, view: View) -> tuple[Block, ...]:
    whole = view.whole
    if not view.counted:
        return (Paragraph(rich(say("cohorts.view.few", least=LEAST))),)
    bars = (
        Progress(say("cohorts.view.step", step=stage_words(say, stage)), whole.steps.get(stage, 0), whole.step_of)
        for stage in range(1, LATER + 1)
    )
    said = (Paragraph(text(words)),) if (words := summary(say, whole)) else ()
    return (*said, *(bars if whole.step_of else ()), Facts(rates(say, view)))


def summary(say: Wording, whole: Figures) -> str:
    """What changed, in a sentence or two."""
    said = [say.count("cohorts.view.moved", whole.moved, of=whole.step_of)] if whole.step_of else []
    quiet = whole.activity_of - whole.current
    said += [say.count("cohorts.view.quiet", quiet, of=whole.activity_of)] if quiet else []
    said += [say.count("cohorts.view.soon", whole.soon, days=SOON)] if whole.soon else []
    return " ".join(said)


def rates(say: Wording, view: View) -> tuple[tuple[str, Spans], ...]:
    """Figures with what they are counted of."""
    whole = view.whole
    found = [("opt-in", say("cohorts.rate", number=view.counted, of=view.invited))]
    if whole.activity_of:
        found.append(("response", say("cohorts.rate", number=whole.current, of=whole.activity_of)))
    if whole.actions_of:
        found.append(("actions", say("cohorts.rate.by", number=whole.actions, of=whole.actions_of)))
    if whole.outcomes_of:
        found += [
            (kind, say("cohorts.rate", number=whole.outcomes.get(kind, 0), of=whole.outcomes_of)) for kind in KINDS
        ]
    return tuple((say(f"cohorts.rate.{name}"), text(value)) for name, value in found)


def _named(say: Wording, view: View) -> tuple[Block, ...]:
    moved, quiet = named_of(view)
    blocks: list[Block] = []
    if moved:
        blocks.append(Paragraph(rich(say("cohorts.view.who-moved"))))
    for row in moved:
        blocks += _one(
            say, row, Button(say("cohorts.button.cheer"), f"cohort cheer #{view.cohort_id} m-{row.member_id}")
        )
    if quiet:
        blocks.append(Paragraph(rich(say("cohorts.view.who-quiet"))))
    for row in quiet:
        blocks += _one(
            say, row, Button(say("cohorts.button.offer"), f"cohort offer #{view.cohort_id} m-{row.member_id}")
        )
    return tuple(blocks)


def ends_soon(say: Wording, view: View) -> tuple[Block, ...]:
    """Whose certificate ends within a week, by name; nothing is sent to anybody for it."""
    lines = [(person(say, row), Text(f": {_days_left(say, each)}")) for row in view.rows for each in row.near]
    if not lines:
        return ()
    return Paragraph(rich(say("cohorts.view.who-ends", days=NEAR))), Bullets(tuple(lines[:ON_A_PAGE]))


def _days_left(say: Wording, ending: Ending) -> str:
    told = {"name": ending.name, "day": day_words(say, ending.last)}
    return (
        say.count("cohorts.view.ends", ending.days, **told) if ending.days else say("cohorts.view.ends-today", **told)
    )


def _word_button(say: Wording, what: str, view: View, row: Row) -> Button:
    return Button(say(f"cohorts.button.{what}"), f"cohort {what} #{view.cohort_id} m-{row.member_id}")


def _one(say: Wording, row: Row, button: Button) -> tuple[Block, ...]:
    words = "; ".join(each for each in cells(say, row) if each)
    return (Paragraph((person(say, row), Text(f": {words}"))), Buttons((button,)))


def _rows(say: Wording, view: View, page: int) -> tuple[Block, ...]:
    if view.is_locked:
        return (Divider(), Paragraph(rich(say("cohorts.view.locked"))))
    rows = page_of(view, page)
    if not rows:
        return (Divider(), Paragraph(rich(say("cohorts.view.nobody" if page == 1 else "cohorts.view.no-page"))))
    return (Divider(), Paragraph(rich(say.count("cohorts.view.rows", len(view.rows)))), table(say, rows))


def _places(say: Wording, view: View) -> tuple[Block, ...]:
    """The cut by region and site, where enough people of one say where they are."""
    lines = [(region, figures) for region, figures in view.regions]
    lines += [(f"{site}, {region}" if region else site, figures) for region, site, figures in view.sites]
    if not lines:
        return ()
    names = tuple(say(f"cohorts.cut.{name}") for name in ("place", "steps", "moved", "current"))
    return (Divider(), Table(names, tuple((text(label), *_cut(say, figures)) for label, figures in lines)))


def _cut(say: Wording, figures: Figures) -> tuple[Spans, ...]:
    steps = ", ".join(
        say("cohorts.cut.at", number=number, step=stage_words(say, stage)) for stage, number in figures.steps.items()
    )
    moved = say("cohorts.rate", number=figures.moved, of=figures.step_of) if figures.step_of else ""
    current = say("cohorts.rate", number=figures.current, of=figures.activity_of) if figures.activity_of else ""
    return text(steps), text(moved), text(current)


def _ways(say: Wording, view: View, page: int, *, has_pages: bool) -> tuple[Button, ...]:
    number = f"#{view.cohort_id}"
    more = view.rows[page * ON_A_PAGE :]
    onward = (Button(say("cohorts.button.more"), f"cohort show {number} {page + 1}"),) if more else ()
    web = (Button(say("cohorts.button.web"), "cohort web"),) if has_pages else ()
    return (
        *onward,
        *web,
        Button(say("cohorts.button.invite"), f"cohort invite {number}"),
        Button(say("cohorts.button.settings"), f"cohort managers {number}"),
    )


def digest_message(say: Wording, view: View) -> Message | None:
    """The week in counts, for a manager who asked for it; None when nothing may be counted."""
    ending = ends_soon(say, view)
    if not (view.whole.step_of or view.whole.activity_of or view.whole.soon or ending):
        return None
    counted = say("cohorts.digest.opt-in", number=view.counted, of=view.invited)
    button = Button(say("cohorts.button.open"), f"cohort show #{view.cohort_id}", style="primary")
    off = Button(say("cohorts.button.digest-off"), f"cohort digest off #{view.cohort_id}")
    blocks: tuple[Block, ...] = (
        Paragraph(text(f"{view.name}: {summary(say, view.whole)} {counted}")),
        *ending,
        Buttons((button, off)),
    )
    return Message(say("cohorts.digest.title"), blocks, discreet=say("cohorts.digest.discreet"))
