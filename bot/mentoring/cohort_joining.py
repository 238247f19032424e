"""The ways of `cohort` for members: the consent card, joining, what is shared, leaving. Each has been asked by
`bot.commands.cohort`. Declining is doing nothing: no row is kept of it.
"""

import re
from collections.abc import Collection

from bot.mentoring.cohort_codes import INVITATION, Kind, Refusal, WayIn, find, note_try, tries_left
from bot.mentoring.cohort_dates import SOON
from bot.mentoring.cohort_naming import meant, plainly
from bot.mentoring.cohort_rows import Shared
from bot.mentoring.cohort_running import team_lines
from bot.mentoring.cohort_view import LEAST
from bot.mentoring.cohorts import id_of, join, joined, leave, share, shares_of, unshare
from bot.message import Block, Bullets, Button, Buttons, Facts, Input, Message, Paragraph, When, rich, text
from bot.model.cohorts import Cohort, CohortMembership
from bot.model.people import Tenant
from bot.visit import Visit

_JOIN = re.compile(r"(?P<way>.*?)(?:\s+share\s+(?P<fields>.*))?", re.IGNORECASE)
_EVERYTHING = ("all", "everything")
_NOTHING = ("none", "nothing")
_ON_THE_CARD = ("name", "never", "figures", "leave", "words")


async def join_one(visit: Visit, rest: str) -> Message:
    """`cohort join CODE [share FIELDS]`: the card first, then in."""
    asked = _JOIN.fullmatch(rest)
    if asked is None or not asked["way"]:
        return ask_code(visit)
    left, again = await tries_left(visit.session, visit.member_id, visit.now)
    if left <= 0 and not asked["way"].lower().startswith(INVITATION):  # an invitation cannot be guessed by another
        when = Paragraph((*text(visit.say("cohorts.tries") + " "), When(again, visit.zone.key), *text(".")))
        return Message(visit.say("cohorts.tries.title"), (when,))
    way = await find(visit.session, asked["way"], visit.tenant.id, visit.member_id, visit.now)
    if isinstance(way, Refusal):
        await note_try(visit.session, visit.member_id, visit.now)
        return plainly(visit, f"way.{way}")
    fields = _fields(asked["fields"])
    if await _is_in(visit, way.cohort):
        return await sharing(visit, way.cohort)
    return await card(visit, way, asked["way"]) if fields is None else await _enter(visit, way, fields)


def ask_code(visit: Visit) -> Message:
    say = visit.say
    field = Input(say("cohorts.join.input"), "cohort join", say("cohorts.join.hint"), say("cohorts.join.button"))
    return Message(say("cohorts.join.title"), (field,))


def _fields(said: str | None) -> frozenset[Shared] | None:
    """The fields that words name; nothing for "nothing"; None where they name none."""
    words = (said or "").lower().replace(",", " ").split()
    if any(word in _EVERYTHING for word in words):
        return frozenset(Shared)
    if any(word in _NOTHING for word in words):
        return frozenset()
    return frozenset(each for each in Shared if each.value in words) or None


async def _is_in(visit: Visit, cohort: Cohort) -> bool:
    return cohort.id in [each.id for each in await joined(visit.session, visit.member_id)]


async def card(visit: Visit, way: WayIn, said: str) -> Message:
    """What joining means, before anybody joins: what is shared and what never is, with whom, how to leave."""
    say = visit.say
    # Of a code, its letters; nothing else that was typed comes back as a command.
    letters = said if said.lower().startswith(INVITATION) else "".join(each for each in said if each.isalnum())
    blocks: tuple[Block, ...] = (
        *await _elsewhere(visit, way.cohort),
        Paragraph(rich(say("cohorts.card.managers"))),
        Bullets(await team_lines(visit, way.cohort)),
        Paragraph(rich(say("cohorts.card.fields"))),
        Bullets(tuple(rich(say(f"cohorts.field.{each}", soon=SOON)) for each in Shared)),
        Bullets(tuple(rich(say(f"cohorts.card.{name}", least=LEAST)) for name in _ON_THE_CARD)),
        Buttons(
            tuple(
                Button(say(f"cohorts.button.join-{name}"), f"cohort join {letters} share {name}")
                for name in ("everything", "step", "nothing")
            )
        ),
        Paragraph(rich(say("cohorts.card.decline")), quiet=True),
    )
    return Message(say("cohorts.card.title", name=way.cohort.name), blocks)


async def _elsewhere(visit: Visit, cohort: Cohort) -> tuple[Block, ...]:
    """That its managers are in another workspace, where they are."""
    if cohort.tenant_id == visit.tenant.id:
        return ()
    home = await visit.session.get_one(Tenant, cohort.tenant_id)
    return (Paragraph(text(visit.say("cohorts.card.elsewhere", name=home.name or home.external_id))),)


async def _enter(visit: Visit, way: WayIn, fields: Collection[Shared]) -> Message:
    await join(visit.session, id_of(way.cohort), visit.member_id, fields, visit.now)
    if way.invitation.kind == Kind.ONCE:
        way.invitation.used_at = visit.now
        visit.session.add(way.invitation)
    return await sharing(visit, way.cohort, "cohorts.joined.title")


async def sharing(visit: Visit, cohort: Cohort, title: str = "cohorts.sharing.title") -> Message:
    """What the member shares with one cohort, and a button for each change."""
    say, number = visit.say, f"#{cohort.id}"
    shared = await shares_of(visit.session, id_of(cohort), visit.member_id)
    lines = tuple(
        (say(f"cohorts.field.{each}.name"), text(say("cohorts.shared" if each in shared else "cohorts.not-shared")))
        for each in Shared
    )
    changes = tuple(_toggle(visit, number, each, is_on=each in shared) for each in Shared)
    ways = (
        Button(say("cohorts.button.privacy"), "privacy"),
        Button(say("cohorts.button.leave"), f"cohort leave {number}", style="danger"),
    )
    return Message(say(title, name=cohort.name), (Facts(lines), Buttons(changes), Buttons(ways)))


def _toggle(visit: Visit, number: str, field: Shared, *, is_on: bool) -> Button:
    name = visit.say(f"cohorts.field.{field}.name")
    verb = "unshare" if is_on else "share"
    return Button(visit.say(f"cohorts.button.{verb}", name=name), f"cohort {verb} {number} {field}")


async def share_some(visit: Visit, rest: str) -> Message:
    """`cohort share [#n] FIELDS`."""
    return await _change(visit, "share", rest)


async def unshare_some(visit: Visit, rest: str) -> Message:
    """`cohort unshare [#n] FIELDS`: gone from the managers' sight at once."""
    return await _change(visit, "unshare", rest)


async def _change(visit: Visit, verb: str, rest: str) -> Message:
    if isinstance(found := await meant(visit, verb, rest, "member"), Message):
        return found
    cohort, words = found
    fields = _fields(words) or frozenset()
    if verb == "share":
        await share(visit.session, id_of(cohort), visit.member_id, fields, visit.now)
    else:
        await unshare(visit.session, id_of(cohort), visit.member_id, fields)
    return await sharing(visit, cohort)


async def leave_one(visit: Visit, rest: str) -> Message:
    """`cohort leave [#n]`: at once, and without a question."""
    if isinstance(found := await meant(visit, "leave", rest, "member"), Message):
        return found
    cohort, _ = found
    await leave(visit.session, id_of(cohort), visit.member_id, visit.now)
    return plainly(visit, "left")


async def messages(visit: Visit, rest: str) -> Message:
    """`cohort messages on|off`: whether congratulations and offers of a talk may come."""
    if rest.lower() not in ("on", "off"):
        return plainly(visit, "messages.how")
    for cohort in await joined(visit.session, visit.member_id):
        row = await visit.session.get_one(CohortMembership, (id_of(cohort), visit.member_id))
        row.hears = rest.lower() == "on"
        visit.session.add(row)
    return plainly(visit, f"messages.{rest.lower()}")
