"""`admin …`: what the people who run the mentor may set for their workspace. Everybody else is told who they are."""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from bot.mentoring.ce_ruling import own_rules
from bot.mentoring.cohort_rules import cohort_rules
from bot.mentoring.holidays import holidays
from bot.mentoring.notices import notice, notices
from bot.mentoring.quiet_hours import quiet
from bot.message import Bullets, Mention, Message, Paragraph, Spans, Text, rich, text
from bot.visit import Visit
from bot.words import Command, Example

Way = Callable[[Visit, str], Awaitable[Message]]


async def handle(visit: Visit, arguments: str) -> Message:
    if not visit.is_operator:
        return _refused(visit)
    verb, _, rest = arguments.partition(" ")
    way = _WAYS.get(verb.lower())
    return await way(visit, rest) if way else _overview(visit)


def _overview(visit: Visit) -> Message:
    lines = tuple(rich(visit.say(f"admin.way.{name}")) for name in _WAYS)
    return Message(visit.say("admin.title"), (Bullets(lines),))


def _refused(visit: Visit) -> Message:
    """Kindly, and with the names of those who may."""
    people = visit.operators_here
    said = Paragraph(rich(visit.say("admin.refused.who" if people else "admin.refused.nobody")))
    names = (Paragraph(_named(visit, people)),) if people else ()
    return Message(visit.say("admin.refused.title"), (said, *names, Paragraph(rich(visit.say("admin.refused.own")))))


def _named(visit: Visit, people: tuple[str, ...]) -> Spans:
    names: Spans = ()
    for user in people:
        names += (*text(", " if names else ""), Mention(user, visit.say("admin.operator")))
    return (*names, Text("."))


_WAYS: Mapping[str, Way] = MappingProxyType(
    {
        "holidays": holidays,
        "quiet": quiet,
        "notice": notice,
        "notices": notices,
        "cohorts": cohort_rules,
        "ce": own_rules,
    }
)
"""Sub-verb → what it does; each is told by the sentence `admin.way.<sub-verb>`."""

_AUTUMN = ("admin holidays add 2026-11-26 to 2026-11-27 Thanksgiving", "admin holidays add 2026-12-24 Office moves")

_NOTICE = ("coach on", "admin notice The office is closed on Friday")

_OWN = 'admin ce add "Yearly HIPAA training" every 12 months'

COMMAND = Command(
    name="admin",
    summary="admin.summary",
    arguments=rf"(?:(?:{'|'.join(_WAYS)})(?: .*)?)?",
    for_operators=True,
    examples=(
        Example("admin holidays", after=_AUTUMN, by_operator=True),
        Example("admin holidays add 2026-12-24 to 2026-12-26 Christmas", by_operator=True),
        Example("admin holidays remove 1", after=_AUTUMN, by_operator=True),
        Example("admin holidays add Christmas", by_operator=True),
        Example("admin holidays us", by_operator=True),
        Example("admin holidays us all", after=_AUTUMN, by_operator=True),
        Example("admin quiet 19:00 to 7:00", by_operator=True),
        Example("admin quiet", by_operator=True),
        Example("admin quiet off", after=("admin quiet 19:00 to 7:00",), by_operator=True),
        Example(_NOTICE[1], after=_NOTICE[:1], by_operator=True),
        Example("admin notice send 1", after=_NOTICE, by_operator=True),
        Example("admin notice stop 1", after=(*_NOTICE, "admin notice send 1"), by_operator=True),
        Example("admin notices", after=(*_NOTICE, "admin notice send 1"), by_operator=True),
        Example("admin notice", by_operator=True),
        Example("admin cohorts", by_operator=True),
        Example("admin cohorts only @sample-member @sample-colleague", by_operator=True),
        Example("admin cohorts lock", by_operator=True),
        Example(_OWN, by_operator=True),
        Example("admin ce", after=(_OWN,), by_operator=True),
        Example("admin ce retire 1", after=(_OWN,), by_operator=True),
        Example("admin ce add HIPAA yearly", by_operator=True),
        Example("admin", by_operator=True),
        Example("admin holidays add 2026-12-24 to 2026-12-26 Christmas"),
    ),
    handle=handle,
)
