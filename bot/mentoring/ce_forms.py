"""The forms of the `ce` command: a credential and a course. Wording only; each submits a line that could be typed."""

from babel.dates import get_month_names

from bot.clock import local_day
from bot.form import Field, Form, Option
from bot.mentoring.ce_lines import TITLE_LENGTH, Logged
from bot.mentoring.ce_records import Kept, names_of
from bot.mentoring.ce_words import number
from bot.visit import Visit
from content.credentials import Anchor, CredentialRule

KINDS = ("live", "in-person", "virtual", "recorded")
"""Words for how a course was given, whatever the rule makes of them."""


def add_form(visit: Visit, rule: CredentialRule) -> Form:
    """The printed expiry date first, then when it was earned, and the month of dues where that matters."""
    say, name = visit.say, names_of(rule)[0]
    fields = [
        Field("expires", say("ce.form.expires"), "date", say("ce.form.expires-hint"), optional=True, before="expires"),
        Field("earned", say("ce.form.earned"), "date", optional=True, before="earned"),
    ]
    if rule.cycle.anchor is Anchor.MEMBERSHIP_MONTH:
        names = get_month_names("wide", locale=say.locale)
        months = tuple(Option(names[each], str(each)) for each in range(1, 13))
        fields.append(Field("month", say("ce.form.month"), "choice", options=months, optional=True, before="month"))
    return Form(
        title=say("ce.form.add"),
        command=f"ce add {name}",
        opens=say("ce.form.add-opens"),
        button=say("form.save"),
        typed=f"ce add {name} earned 2026-03-01 expires 2027-03-01",
        fields=tuple(fields),
    )


def log_form(visit: Visit, kept: tuple[Kept, ...], said: Logged, *, command: str = "ce log") -> Form:
    """A course; `said` stands in it already."""
    say = visit.say
    parts = {part.id: part.name for each in kept for part in each.rule.parts() if not part.otherwise and not part.parts}
    words = {**{word: say(f"ce.kind.{word}") for word in KINDS}, **parts}
    kinds = tuple(Option(name[:75], word) for word, name in words.items())
    names = [names_of(each.rule)[0] for each in kept]
    held = [Option(each.rule.short, name) for each, name in zip(kept, names, strict=True)]
    if len(held) > 1:
        held.append(Option(say("ce.form.all"), "all"))
    wanted = said.for_[0].name if len(said.for_) == 1 else ("all" if len(held) > 1 and said.for_ else "")
    day = said.day or local_day(visit.now, visit.zone)
    typed_amount = number(say, int(said.amount * 100)) if said.amount else ""
    return Form(
        title=say("ce.form.log"),
        command=command,
        opens=say("ce.form.log-opens"),
        button=say("form.save"),
        typed=f'{command} 1.5 live "OSHA update" 2026-11-03',
        fields=(
            Field("amount", say("ce.form.amount"), hint=say("ce.form.amount-hint"), value=typed_amount, longest=8),
            Field("kind", say("ce.form.kind"), "choice", options=kinds, optional=True, value=_known(said, words)),
            Field("title", say("ce.form.title"), value=said.title, before='"', after='"', longest=TITLE_LENGTH),
            Field("day", say("ce.form.day"), "date", value=day.isoformat()),
            Field(
                "for",
                say("ce.form.for"),
                "choice",
                options=tuple(held),
                value=wanted if wanted in {one.value for one in held} else "",
                before="for",
                optional=len(held) < 2,
            ),
            Field("by", say("ce.form.by"), value=said.provider, optional=True, before="by", longest=80),
            Field("number", say("ce.form.number"), value=said.number, optional=True, before="number", longest=40),
            Field("link", say("ce.form.link"), value=said.link, optional=True, longest=300),
        ),
    )


def _known(said: Logged, words: dict[str, str]) -> str:
    return next((word for word in said.kinds if word in words), "")
