"""`ce log`, `ce edit`, `ce delete`, `ce restore` and `ce list`: the courses a member took. Called by the `ce` command.

What cannot be right is explained and not kept; what will not count is kept, and said not to.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.clock import local_day
from bot.mentoring.ce_amounts import Misfit, made_of
from bot.mentoring.ce_forms import KINDS, log_form
from bot.mentoring.ce_lines import For, Logged, read_logged
from bot.mentoring.ce_records import (
    Kept,
    Record,
    course_row,
    delete_course,
    load,
    named,
    names_of,
    restore_course,
)
from bot.mentoring.ce_words import amount, card, day_words, number
from bot.mentoring.days import Reader
from bot.mentoring.showing import sentence
from bot.message import Block, Bold, Bullets, Button, Buttons, Message, Paragraph, Spans, Text, text
from bot.model.credentials import LoggedCourse
from bot.visit import Visit

SHOWN = 20
LONGEST_LINE = 1500
"""Characters of a line that a button can carry again."""
ANYWAY = "anyway"
"""The word before a line that is logged a second time on purpose."""


async def log(visit: Visit, words: str) -> Message:
    """Keep one course, for one credential or several."""
    record = await _record(visit)
    if not record.kept:
        return nothing_held(visit)
    first, _, rest = words.partition(" ")
    is_anyway = first.lower() == ANYWAY
    said = _read(visit, record, rest if is_anyway else words)
    if not words or (made := made_of(visit, record, said)) is None:
        return _ask(visit, record, said, None)
    if isinstance(made, Misfit):
        return _ask(visit, record, said, made)
    twin = _twin(record.courses, made)
    if twin is not None and not is_anyway:
        return _noticed(visit, twin, words)
    visit.session.add(made)
    await visit.session.flush()
    return await _told(visit, made, "logged", Button(visit.say("progress.button.undo"), f"ce delete {made.id}"))


async def edit(visit: Visit, words: str) -> Message:
    """Correct a course: the new row takes the old one's place, and the old one can be brought back."""
    first, _, rest = words.partition(" ")
    row = await _row(visit, first)
    if row is None or row.removed_at is not None:
        return _unknown(visit)
    record = await _record(visit)
    if not rest:
        return _ask(visit, record, _as_said(record, row), None, command=f"ce edit {row.id}")
    said = _read(visit, record, rest)
    if not said.for_:
        said = replace(said, for_=_same(_as_said(record, row).for_))
    made = made_of(visit, record, said)
    if made is None or isinstance(made, Misfit):
        return _ask(visit, record, said, made, command=f"ce edit {row.id}")
    made.replaces = row.id
    visit.session.add(made)
    await delete_course(visit.session, row, visit.now)
    await visit.session.flush()
    return await _told(visit, made, "edited", Button(visit.say("progress.button.undo"), f"ce restore {row.id}"))


def _same(wanted: tuple[For, ...]) -> tuple[For, ...]:
    """The same credentials; where each was given the same amount, each is given the new one."""
    alike = len({one.amount for one in wanted}) == 1
    return tuple(For(one.name) for one in wanted) if alike else wanted


async def delete(visit: Visit, words: str) -> Message:
    """It no longer counts; one press brings it back."""
    row = await _row(visit, words)
    if row is None:
        return _unknown(visit)
    if row.removed_at is None:
        await delete_course(visit.session, row, visit.now)
    back = Button(visit.say("progress.button.undo"), f"ce restore {row.id}")
    onward = (back, Button(visit.say("ce.button.list"), "ce list"), Button(visit.say("ce.button.all"), "ce"))
    return Message(visit.say("ce.deleted.title", title=row.title), (sentence(visit, "ce.deleted"), Buttons(onward)))


async def restore(visit: Visit, words: str) -> Message:
    """Take back a deletion or a correction."""
    row = await _row(visit, words)
    if row is None:
        return _unknown(visit)
    await restore_course(visit.session, row, visit.now)
    await visit.session.flush()
    away = Button(visit.say("ce.button.delete"), f"ce delete {row.id}")
    return await _told(visit, row, "restored", away)


async def listed(visit: Visit, words: str) -> Message:
    """The last courses, of all credentials or of one, each with its number."""
    record = await _record(visit)
    rule = named(visit.pack.credentials, words) if words else None
    rows = [row for row in record.courses if rule is None or rule.id in row.amounts]
    if not rows:
        button = Button(visit.say("ce.button.log"), "ce log", style="primary", opens=True)
        return Message(visit.say("ce.list.none.title"), (sentence(visit, "ce.list.none"), Buttons((button,))))
    blocks: list[Block] = [Bullets(tuple(_line(visit, record, row) for row in rows[:SHOWN]))]
    if len(rows) > SHOWN:
        blocks.append(sentence(visit, "ce.list.last", quiet=True, shown=SHOWN))
    blocks.append(sentence(visit, "ce.list.how", quiet=True, number=rows[0].id))
    return Message(visit.say.count("ce.list.title", len(rows)), tuple(blocks))


def nothing_held(visit: Visit) -> Message:
    """For somebody who has added no credential yet."""
    button = Button(visit.say("ce.button.add"), "ce add", style="primary")
    return Message(visit.say("ce.none.title"), (sentence(visit, "ce.none"), Buttons((button,))))


async def _record(visit: Visit) -> Record:
    today = local_day(visit.now, visit.zone)
    return await load(visit.session, visit.member_id, visit.pack.credentials, today)


async def _row(visit: Visit, words: str) -> LoggedCourse | None:
    said = words.strip().removeprefix("#")
    known = said.isdecimal() and len(said) < 10
    return await course_row(visit.session, visit.member_id, int(said)) if known else None


def _read(visit: Visit, record: Record, words: str) -> Logged:
    parts = {word for each in record.kept for part in each.rule.parts() for word in (part.id, *part.also)}
    return read_logged(words, frozenset(parts | set(KINDS)), Reader(visit.say.locale, visit.zone, visit.now))


def _as_said(record: Record, row: LoggedCourse) -> Logged:
    """What stands in the form of a course that is being corrected."""
    held = [each for each in record.kept if each.rule.id in row.amounts]
    wanted = tuple(For(names_of(each.rule)[0], Decimal(row.amounts[each.rule.id]) / 100) for each in held)
    first = next(iter(row.amounts.values()), 0)
    return Logged(
        amount=Decimal(first) / 100,
        kinds=tuple(row.kinds),
        title=row.title,
        day=row.day,
        for_=wanted,
        provider=row.provider,
        number=row.index_number,
        link=row.link,
    )


def _twin(courses: Iterable[Any], made: LoggedCourse) -> Any | None:
    """A course of the same day and title that counts for one of the same credentials already."""
    title = " ".join(made.title.casefold().split())
    same = (row for row in courses if row.day == made.day and " ".join(row.title.casefold().split()) == title)
    return next((row for row in same if set(row.amounts) & set(made.amounts)), None)


def _noticed(visit: Visit, twin: Any, words: str) -> Message:
    again = Button(visit.say("ce.button.anyway"), f"ce log {ANYWAY} {words}")
    every = Button(visit.say("ce.button.list"), "ce list")
    buttons = (again, every) if len(words) <= LONGEST_LINE else (every,)
    day = day_words(visit.say, twin.day)
    said = Paragraph(text(visit.say("ce.twin", title=twin.title, day=day, number=twin.id)))
    return Message(visit.say("ce.twin.title"), (said, Buttons(buttons)))


async def _told(visit: Visit, made: LoggedCourse, key: str, back: Button) -> Message:
    """What was kept, and how each credential stands now."""
    record = await _record(visit)
    blocks: list[Block] = [Paragraph(_line(visit, record, made))]
    for each in record.kept:
        if each.rule.id in made.amounts:
            blocks += [*card(visit.say, each), *_not_counted(visit, each, made)]
    another = Button(visit.say("ce.button.another"), "ce log", opens=True)
    blocks.append(Buttons((another, Button(visit.say("ce.button.all"), "ce"), back)))
    return Message(visit.say(f"ce.{key}.title"), tuple(blocks))


def _not_counted(visit: Visit, kept: Kept, made: LoggedCourse) -> Sequence[Block]:
    """Where a course lies outside the period, why it does not count there."""
    cycle = kept.standing.cycle
    if cycle is None or cycle.holds(made.day):
        return ()
    key = "ce.log.before" if made.day < cycle.first else "ce.log.after"
    first, last = day_words(visit.say, cycle.first), day_words(visit.say, cycle.last)
    return (sentence(visit, key, name=kept.rule.short, first=first, last=last),)


def _line(visit: Visit, record: Record, row: Any) -> Spans:
    """ "#17 OSHA update: 1.5 CEUs (CMM), Nov 3, 2026, live". A member's own words are plain text."""
    given = [
        f"{amount(visit.say, each.rule, row.amounts[each.rule.id])} ({each.rule.short})"
        for each in record.kept
        if each.rule.id in row.amounts
    ] or [number(visit.say, each) for each in row.amounts.values()]
    extra = [day_words(visit.say, row.day), *row.kinds, *([row.provider] if row.provider else [])]
    extra += [f"{visit.say('ce.index')} {row.index_number}"] if row.index_number else []
    return (Text(f"#{row.id} "), Bold(row.title), Text(f": {', '.join(given)}, {', '.join(extra)}"))


def _ask(visit: Visit, record: Record, said: Logged, misfit: Misfit | None, *, command: str = "ce log") -> Message:
    """What a line needs, with an example and the form; what was understood stands in it."""
    form = log_form(visit, record.kept, said, command=command)
    example = names_of(record.kept[0].rule)[0]
    if misfit is None:
        return Message(
            visit.say("ce.log.ask.title"), (sentence(visit, "ce.log.ask", command=command, name=example),), form=form
        )
    told = {"name": misfit.name, "unit": misfit.unit, "day": misfit.day}
    heading = visit.say(f"ce.{misfit.key}.title", **told)
    return Message(
        heading,
        (
            Paragraph(text(visit.say(f"ce.{misfit.key}", **told))),
            sentence(visit, "ce.log.ask", command=command, name=example),
        ),
        form=form.with_misfit(misfit.field, heading),
    )


def _unknown(visit: Visit) -> Message:
    buttons = Buttons((Button(visit.say("ce.button.list"), "ce list"),))
    return Message(visit.say("ce.unknown-course.title"), (sentence(visit, "ce.unknown-course"), buttons))
