"""How CE is told: amounts, days, and how a credential stands. Wording only; used by the `ce` command's parts, by Home,
and by the CE alerts.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from bot.mentoring.ce_cycles import Basis
from bot.mentoring.ce_records import Kept, names_of
from bot.mentoring.ce_standing import Standing
from bot.mentoring.sourcing import sources_line
from bot.message import Block, Bold, Bullets, Facts, Paragraph, Progress, Spans, Text, rich, text
from content.credentials import Anchor, CredentialRule, Grace
from content.wording import Wording

HUNDREDTHS = 100
BASES = {Basis.PRINTED: "ce.basis.printed", Basis.DERIVED: "ce.basis.derived", Basis.INFERRED: "ce.basis.inferred"}


def number(say: Wording, hundredths: int) -> str:
    """ "1.5"."""
    return format_decimal(hundredths / HUNDREDTHS, format="#,##0.##", locale=say.locale)


def amount(say: Wording, rule: CredentialRule, hundredths: int) -> str:
    """ "1.5 CEUs", in the rule's own unit."""
    many = 1 if hundredths == HUNDREDTHS else 2
    return say.count(f"ce.unit.{rule.unit}", many, amount=number(say, hundredths))


def day_words(say: Wording, day: date) -> str:
    return format_date(day, "medium", locale=say.locale)


def brief(say: Wording, kept: Kept) -> str:
    """What is left, until when, and how fast: "4 CEUs to go by Feb 28, 2027: 1.3 a month"."""
    return f"{left_words(say, kept)}{_pace(say, kept.standing)}"


def left_words(say: Wording, kept: Kept) -> str:
    """What is left and until when: "4 CEUs to go by Feb 28, 2027"."""
    now = kept.standing
    if now.cycle is None:
        return say("ce.brief.no-date")
    last = day_words(say, now.cycle.last)
    if _is_training(now):
        return say("ce.brief.again", day=last)
    if now.required is None:
        return say("ce.brief.no-number", day=last)
    if now.is_complete:
        return say("ce.brief.complete", day=last)
    return say("ce.brief.left", left=amount(say, kept.rule, now.left or 0), day=last)


def _pace(say: Wording, now: Standing) -> str:
    if not now.left:
        return ""
    of_them = [
        say("ce.pace.part", amount=number(say, part.left), part=part.part.name)
        for part in (now.count.parts if now.count else ())
        if part.left
    ]
    is_long = now.pace is not None and now.pace < now.left
    pace = [say("ce.pace", pace=number(say, now.pace or 0))] if is_long and not _is_training(now) else []
    said = ", ".join((*pace, *of_them))
    return f": {said}" if said else ""


def _is_training(now: Standing) -> bool:
    return now.holding.rule.unit == "completion"


def card(say: Wording, kept: Kept) -> tuple[Block, ...]:
    """One credential in the list of all."""
    bar, passed = _bar(kept), _passed(say, kept)
    line = Paragraph((Bold(kept.rule.short), Text(f": {brief(say, kept)}")))
    time = Paragraph(text(_time(say, kept.standing)), quiet=True)
    return (line, *((bar,) if bar else ()), *passed, *(() if passed and kept.standing.cycle is None else (time,)))


def _passed(say: Wording, kept: Kept) -> tuple[Block, ...]:
    """The printed date is over: what is shown goes by the rule until the member tells the next one."""
    expires, rule = kept.row.expires, kept.rule
    if expires is None or expires >= kept.standing.today or _is_done_since(kept):
        return ()
    said = say("ce.passed", day=day_words(say, expires), name=names_of(rule)[0])
    over = (kept.standing.today - expires).days
    if rule.grace and over <= rule.grace.days:
        said += f" {rule.grace.says}"
    return (Paragraph(rich(said)),)


def _is_done_since(kept: Kept) -> bool:
    """A training that was done again has a period of its own."""
    cycle = kept.standing.cycle
    is_again = kept.rule.cycle.anchor is Anchor.LAST_DONE and cycle is not None and cycle.basis is not Basis.PRINTED
    return is_again and cycle is not None and kept.row.expires is not None and cycle.last > kept.row.expires


def _bar(kept: Kept) -> Progress | None:
    """Full only when everything is met: what must be live is not made up for by what is not."""
    now = kept.standing
    if now.left is None or not now.required or kept.rule.unit == "completion":
        return None
    return Progress(kept.rule.short, _credits(max(0, now.required - now.left)), _credits(now.required))


def _credits(hundredths: int) -> int | Decimal:
    whole, rest = divmod(hundredths, HUNDREDTHS)
    return (Decimal(hundredths) / HUNDREDTHS).normalize() if rest else whole


def _time(say: Wording, now: Standing) -> str:
    if now.cycle is None or now.days_left is None:
        return say("ce.time.unknown")
    basis = say(BASES[now.cycle.basis])
    if now.days_left < 0:
        return f"{say.count('ce.time.over', -now.days_left)} {basis}"
    return f"{say.count('ce.time.left', now.days_left)} {basis}"


def whole(say: Wording, kept: Kept) -> tuple[Block, ...]:
    """Everything about one credential: what counts, what is asked, the rule's other conditions, its sources and age."""
    rule = kept.rule
    blocks: list[Block] = [*card(say, kept), *_parts(say, kept), Facts(tuple(_facts(say, kept)))]
    conditions = [text(condition.says) for condition in rule.conditions]
    if conditions:
        blocks += [Paragraph(rich(say("ce.conditions"))), Bullets(tuple(conditions))]
    for conflict in rule.conflicts:
        said = Paragraph((Text(say("ce.conflict", about=conflict.about)),))
        blocks += [said, Bullets(tuple(text(reading.says) for reading in conflict.readings))]
        blocks.append(Paragraph((Bold(say("ce.conflict.default")), Text(f" {conflict.default}"))))
    if rule.caution:
        blocks.append(Paragraph(text(rule.caution)))
    blocks += [Paragraph(sources_line(say, rule.sources.values()), quiet=True)]
    key = "ce.read-on.training" if rule.is_training else "ce.read-on"
    blocks.append(Paragraph(text(say(key, day=day_words(say, rule.read_on), issuer=rule.issuer)), quiet=True))
    return tuple(blocks)


def _parts(say: Wording, kept: Kept) -> tuple[Block, ...]:
    count = kept.standing.count
    if count is None or not count.parts:
        return ()
    lines = []
    for part in count.parts:
        counted = amount(say, kept.rule, part.counted)
        if part.least is not None:
            least = number(say, part.least)
            lines.append(text(say("ce.part.least", part=part.part.name, counted=counted, least=least)))
        elif part.most is not None:
            most = number(say, part.most)
            lines.append(text(say("ce.part.most", part=part.part.name, counted=counted, most=most)))
    return (Bullets(tuple(lines)),)


def _facts(say: Wording, kept: Kept) -> Iterable[tuple[str, Spans]]:
    rule, now = kept.rule, kept.standing
    if not rule.is_training:
        yield say("ce.fact.asked"), text(asked(say, kept))
    if now.logged:
        yield say("ce.fact.logged"), text(amount(say, rule, now.logged))
    if now.carried:
        yield say("ce.fact.carried"), text(amount(say, rule, now.carried))
    if now.cycle and now.cycle.first > date.min:
        days = say("ce.period", first=day_words(say, now.cycle.first), last=day_words(say, now.cycle.last))
        yield say("ce.fact.period"), text(days)
    yield from _rule_facts(say, rule)


def _rule_facts(say: Wording, rule: CredentialRule) -> Iterable[tuple[str, Spans]]:
    yield say("ce.fact.rule"), text(rule.cycle.says)
    if rule.unit_note:
        yield say("ce.fact.unit"), text(rule.unit_note.says)
    if rule.carry_over:
        most = amount(say, rule, int(rule.carry_over.most * HUNDREDTHS))
        said = say("ce.carry.none") if not rule.carry_over.most else say("ce.carry.most", most=most)
        yield say("ce.fact.carry"), text(said)
    if rule.proration:
        yield say("ce.fact.proration"), text(rule.proration.says)
    if rule.grace:
        yield say("ce.fact.grace"), text(_grace(say, rule.grace))


def _grace(say: Wording, grace: Grace) -> str:
    return f"{say.count('ce.grace', grace.days)} {grace.says}"


def asked(say: Wording, kept: Kept) -> str:
    now = kept.standing
    if now.required is None:
        return say("ce.asked.unknown", issuer=kept.rule.issuer)
    said = amount(say, kept.rule, now.required)
    if now.holding.own_required is not None:
        return say("ce.asked.own", amount=said)
    if now.prorated:
        return say("ce.asked.prorated", amount=said)
    if now.holding.in_pool > 1:
        return say.count("ce.asked.pool", now.holding.in_pool, amount=said)
    return said
