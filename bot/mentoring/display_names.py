"""What people are called, as their platform shows it: made tidy before it is stored, and what to say where nothing is
known. Called by `bot.mentoring.profile`, and by whatever shows a person to somebody else.
"""

from itertools import groupby
from unicodedata import category, combining, normalize

from bot.message import Mention, Text
from bot.model.people import Member
from content.wording import Wording

LONGEST = 80
"""Characters."""
MOST_MARKS = 3
"""Accents on one letter; piled higher they would stand over the lines above."""
_JOINER = "\u200d"
"""Holds emoji together."""
_READ = 1000
"""Characters that are looked at; the rest of a name is nobody's."""


def clean_name(said: str) -> str:
    """A name as it may stand in a line among others: without what cannot be seen, turns the line round or breaks it,
    and of a bearable length. Empty where nothing is left. Markup is left to whoever draws: each escapes its own.
    """
    composed = normalize("NFC", said[:_READ])
    seen = "".join(each if _is_seen(each) else " " if each.isspace() else "" for each in composed)
    bare = " ".join(_lightly_marked(seen).split()).strip(_JOINER)
    return bare if len(bare) <= LONGEST else f"{bare[: LONGEST - 1].rstrip()}…"


def _is_seen(character: str) -> bool:
    return character == _JOINER or category(character)[0] not in "CZ"


def _lightly_marked(words: str) -> str:
    runs = (list(run) for _, run in groupby(words, key=lambda each: bool(combining(each))))
    return "".join("".join(run[:MOST_MARKS] if combining(run[0]) else run) for run in runs)


def name_or_number(say: Wording, name: str, member_id: int) -> str:
    """What a member is called; "Member 17" where the platform has told no name yet."""
    return name or say("cohorts.person", number=member_id)


def named(member: Member, seen_from: int | None, fallback: str) -> Mention | Text:
    """Somebody as people of the workspace `seen_from` are told of them; a mention works within one workspace alone."""
    words = member.name or fallback
    return Mention(member.user_id, words) if member.tenant_id == seen_from else Text(words)


def folded(words: str) -> str:
    """Words for comparing, whatever their case and accents."""
    if words.isascii():
        return words.lower()
    return "".join(each for each in normalize("NFKD", words.casefold()) if not combining(each))
