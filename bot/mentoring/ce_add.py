"""`ce add`, `ce needs`, `ce drop` and `ce keep`: which credentials a member holds, and what their certificate says. The
expiry date printed on it is asked first, because it always wins. Called by the `ce` command.
"""

from collections.abc import Iterable
from datetime import timedelta
from difflib import get_close_matches

from bot.clock import local_day
from bot.mentoring.ce_forms import add_form
from bot.mentoring.ce_lines import Added, decimal, read_added
from bot.mentoring.ce_records import Kept, held_row, load, named, names_of
from bot.mentoring.ce_words import card, day_words
from bot.mentoring.days import Reader
from bot.mentoring.showing import sentence
from bot.message import Block, Button, Buttons, Choice, Input, Message, Paragraph, text
from bot.model.credentials import HeldCredential
from bot.visit import Visit
from content.credentials import Anchor, CredentialRule

UNDATED = "undated"
"""Said in place of a date by somebody who has none at hand."""
FARTHEST = timedelta(days=15 * 366)
MOST_CREDENTIALS = 40


async def add(visit: Visit, words: str) -> Message:
    """Keep a credential, or correct what is kept of it."""
    said = read_added(words, Reader(visit.say.locale, visit.zone, visit.now))
    name = said.name.removesuffix(UNDATED).strip()
    if not name:
        return _which(visit, "add.which")
    rule = named(visit.pack.credentials, name)
    if rule is None:
        return _which(visit, "add.unknown", _nearest(visit, name))
    if problem := _problem(visit, rule, said):
        return problem
    row = await held_row(visit.session, visit.member_id, rule.id)
    is_new = row is None or row.removed_at is not None
    if is_new and not said.days and not said.month and not said.name.endswith(UNDATED):
        return _ask(visit, rule)
    if row is None or is_new:
        row = HeldCredential(member_id=visit.member_id, rule_id=rule.id, rule_version=rule.version, added_at=visit.now)
    _write(row, said)
    visit.session.add(row)
    await visit.session.flush()
    return await _kept(visit, rule, "add.new" if is_new else "add.changed")


async def dates(visit: Visit, words: str) -> Message:
    """Ask for the days of a credential anew."""
    rule = named(visit.pack.credentials, words)
    return _ask(visit, rule) if rule else _which(visit, "add.unknown", _nearest(visit, words))


def _write(row: HeldCredential, said: Added) -> None:
    row.earned = said.days.get("earned", row.earned)
    row.expires = said.days.get("expires", row.expires)
    row.dues_month = said.month or row.dues_month


async def _kept(visit: Visit, rule: CredentialRule, key: str) -> Message:
    kept = await _found(visit, rule)
    blocks: list[Block] = [*card(visit.say, kept)]
    if kept.standing.cycle is None:
        blocks.append(sentence(visit, _what_it_takes(rule)))
    elif kept.row.expires is None:
        blocks.append(sentence(visit, "ce.add.check"))
    blocks.append(Buttons(_onward(visit, rule)))
    return Message(visit.say(f"ce.{key}.title", name=rule.short), tuple(blocks))


def _onward(visit: Visit, rule: CredentialRule) -> tuple[Button, ...]:
    name = names_of(rule)[0]
    return (
        Button(visit.say("ce.button.log"), "ce log", style="primary", opens=True),
        Button(visit.say("ce.button.all"), "ce"),
        Button(visit.say("ce.button.details"), f"ce {name}"),
        Button(visit.say("ce.button.drop"), f"ce drop {name}"),
    )


async def _found(visit: Visit, rule: CredentialRule) -> Kept:
    today = local_day(visit.now, visit.zone)
    kept = (await load(visit.session, visit.member_id, visit.pack.credentials, today)).find(rule.id)
    assert kept is not None
    return kept


def _what_it_takes(rule: CredentialRule) -> str:
    if rule.cycle.anchor is Anchor.MEMBERSHIP_MONTH:
        return "ce.add.needs-month"
    return "ce.add.needs-day" if rule.cycle.months else "ce.add.needs-printed"


def _problem(visit: Visit, rule: CredentialRule, said: Added) -> Message | None:
    """Why the days cannot be right."""
    today = local_day(visit.now, visit.zone)
    earned, expires = said.days.get("earned"), said.days.get("expires")
    if said.misread:
        return _ask(visit, rule, said.misread, "add.misread")
    if earned and earned > today:
        return _ask(visit, rule, "earned", "add.future", day=day_words(visit.say, earned))
    if earned and expires and expires <= earned:
        return _ask(visit, rule, "expires", "add.backwards")
    if expires and abs(expires - today) > FARTHEST:
        return _ask(visit, rule, "expires", "add.far", day=day_words(visit.say, expires))
    return None


def _ask(visit: Visit, rule: CredentialRule, wrong: str = "", key: str = "", *, day: str = "") -> Message:
    """The printed expiry date first; with the form for all at once."""
    say, name = visit.say, names_of(rule)[0]
    heading = say(f"ce.{key}.title", day=day) if key else say("ce.add.ask.title", name=rule.short)
    typed = Input(say("ce.add.input"), f"ce add {name} expires", say("ce.add.hint"), say("form.save"))
    none = Button(say("ce.button.undated"), f"ce add {name} {UNDATED}")
    form = add_form(visit, rule)
    return Message(
        heading,
        (sentence(visit, "ce.add.ask"), typed, Buttons((none,))),
        form=form.with_misfit(wrong, heading) if wrong else form,
    )


def _which(visit: Visit, key: str, near: Iterable[CredentialRule] = ()) -> Message:
    """Every credential there is a rule for."""
    buttons = tuple(Button(rule.short, f"ce add {names_of(rule)[0]}", opens=True) for rule in near)
    options = tuple(Button(rule.name[:75], f"ce add {names_of(rule)[0]}") for rule in visit.pack.credentials)
    blocks: list[Block] = [sentence(visit, f"ce.{key}")]
    blocks += [Buttons(buttons)] if buttons else []
    return Message(visit.say(f"ce.{key}.title"), (*blocks, Choice(visit.say("ce.add.list"), options)))


def _nearest(visit: Visit, name: str) -> list[CredentialRule]:
    known = {word: rule for rule in visit.pack.credentials for word in (*names_of(rule), rule.name.lower())}
    found = get_close_matches(name.lower(), known, n=5, cutoff=0.5)
    return list({known[word].id: known[word] for word in found}.values())[:3]


async def needs(visit: Visit, words: str) -> Message:
    """`needs chap 24`: the number that the issuer told the member; `needs chap rule`: the rule's own again."""
    name, _, said = words.rpartition(" ")
    rule = named(visit.pack.credentials, name)
    row = await held_row(visit.session, visit.member_id, rule.id) if rule else None
    if rule is None or row is None or row.removed_at is not None:
        return _not_held(visit)
    wanted = decimal(said)
    if said.lower() != "rule" and (wanted is None or not 0 < wanted <= 1000 or wanted * 100 % 1):
        return Message(visit.say("ce.needs.unread.title"), (sentence(visit, "ce.needs.unread"),))
    row.own_required = int(wanted * 100) if wanted is not None else None
    visit.session.add(row)
    await visit.session.flush()
    return await _kept(visit, rule, "needs.own" if wanted is not None else "needs.rule")


async def drop(visit: Visit, words: str) -> Message:
    """A credential is no longer followed. Courses stay, and it can be taken back."""
    rule = named(visit.pack.credentials, words)
    row = await held_row(visit.session, visit.member_id, rule.id) if rule else None
    if rule is None or row is None or row.removed_at is not None:
        return _not_held(visit)
    row.removed_at = visit.now
    visit.session.add(row)
    undo = Button(visit.say("progress.button.undo"), f"ce keep {names_of(rule)[0]}")
    all_of_them = Button(visit.say("ce.button.all"), "ce")
    return Message(
        visit.say("ce.dropped.title", name=rule.short),
        (sentence(visit, "ce.dropped"), Buttons((undo, all_of_them))),
    )


async def keep(visit: Visit, words: str) -> Message:
    """Take back a `drop`."""
    rule = named(visit.pack.credentials, words)
    row = await held_row(visit.session, visit.member_id, rule.id) if rule else None
    if rule is None or row is None:
        return _not_held(visit)
    row.removed_at = None
    visit.session.add(row)
    await visit.session.flush()
    return await _kept(visit, rule, "add.changed")


def _not_held(visit: Visit) -> Message:
    button = Button(visit.say("ce.button.add"), "ce add", style="primary")
    said = Paragraph(text(visit.say("ce.not-held")))
    return Message(visit.say("ce.not-held.title"), (said, Buttons((button,))))
