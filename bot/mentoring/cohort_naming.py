"""Which cohort somebody means (by number, or the only one there is), and which people. Called by what `cohort` does."""

import re
from collections.abc import Sequence
from typing import Literal

from bot.mentoring.cohorts import id_of, joined, managed, managers_of
from bot.message import Button, Buttons, Message, Paragraph, rich
from bot.model.cohorts import Cohort, CohortManager
from bot.visit import Visit

NUMBER = re.compile(r"#(\d{1,9})(?!\S)\s*")
_MENTION = re.compile(r"<@([\w.:-]{1,100})(?:\|[^>]{0,200})?>|(?<!\S)@([\w.:-]{1,100})(?!\S)")
Part = Literal["manager", "owner", "member"]
LONGEST = 80
"""Characters of a cohort's name, a site, a region."""


async def meant(visit: Visit, verb: str, rest: str, part: Part) -> tuple[Cohort, str] | Message:
    """The cohort in which the asker has that part, and what follows its number; or what to say instead.

    A number that is nobody's, another workspace's or another person's is answered alike.
    """
    mine = await _mine(visit, part, archived=verb in ("reopen", "leave"))
    if number := NUMBER.match(rest):
        found = next((each for each in mine if each.id == int(number[1])), None)
        return (found, rest[number.end() :].strip()) if found else plainly(visit, "unknown")
    if len(mine) == 1:
        return mine[0], rest.strip()
    return which(visit, verb, rest, mine) if mine else plainly(visit, f"none.{part}")


async def _mine(visit: Visit, part: Part, *, archived: bool) -> Sequence[Cohort]:
    if part == "member":
        return await joined(visit.session, visit.member_id, also_archived=archived)
    here = await managed(visit.session, visit.member_id, archived=archived)
    return [cohort for cohort, row in here if part == "manager" or await _owns(visit, cohort, row)]


async def _owns(visit: Visit, cohort: Cohort, row: CohortManager) -> bool:
    """Where the owner's data are erased or their account is closed, every manager may do what an owner may."""
    team = await managers_of(visit.session, id_of(cohort))
    return row.is_owner or not any(each.is_owner and who.deactivated_at is None for each, who in team)


def which(visit: Visit, verb: str, rest: str, cohorts: Sequence[Cohort]) -> Message:
    """One button for each cohort it might be."""
    lines = (Button(each.name, " ".join(f"cohort {verb} #{each.id} {rest}".split())) for each in cohorts)
    return Message(visit.say("cohorts.which.title"), (Buttons(tuple(lines)),))


def people_in(words: str) -> list[str]:
    """The people mentioned, by their own ids on the platform, each once."""
    found = (mention[1] or mention[2] for mention in _MENTION.finditer(words))
    return list(dict.fromkeys(each.rstrip(".:") for each in found))


def plainly(visit: Visit, name: str, *buttons: Button, **values: object) -> Message:
    """A title and a sentence. Values are never a member's own words."""
    said = Paragraph(rich(visit.say(f"cohorts.{name}", **values)))
    return Message(visit.say(f"cohorts.{name}.title"), (said, *((Buttons(buttons),) if buttons else ())))
