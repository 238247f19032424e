"""Which action a member means: the one they named, the current one, or a clear sentence. Used by `next`, `done`,
`smaller` and `later`.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from bot.mentoring.at_hand import at_hand
from bot.mentoring.progress import Progress, find_thing, things
from bot.mentoring.showing import next_button, place_first, roadmap_button, sentence
from bot.message import Button, Buttons, Message
from bot.visit import Visit
from content.pack import Action, Milestone

ID = r"[\w-]{1,60}"
"""What may be an id; anything else is a question."""


async def meant(visit: Visit, progress: Progress, command: str, typed: str) -> Action | Message:
    """The action or practice meant, or what to say instead. Nothing typed means the current one."""
    if typed:
        thing = find_thing(visit.pack, typed.lower())
        if thing is None:
            return _unknown(visit, command, typed)
        return _is_milestone(visit, thing) if isinstance(thing, Milestone) else thing
    if progress.step is None:
        return place_first(visit)
    return await at_hand(visit, progress)


def nearest(typed: str, named: Iterable[Action | Milestone]) -> list[Action | Milestone]:
    """The up to three whose id or title looks most like what was typed."""
    known = list(named)
    word = typed.lower()
    by_name = {name: thing for thing in known for name in (thing.title.lower(), thing.id)}
    close = [by_name[name] for name in get_close_matches(word, by_name, n=6, cutoff=0.5)]
    holding = [thing for thing in known if word in thing.id or word in thing.title.lower()]
    return list({thing.id: thing for thing in [*close, *holding]}.values())[:3]


def _unknown(visit: Visit, command: str, typed: str) -> Message:
    actions = (thing for thing in things(visit.pack) if isinstance(thing, Action))
    found = nearest(typed, actions)
    buttons = [Button(thing.title, f"{command} {thing.id}") for thing in found]
    key = "progress.unknown.nearest" if found else "progress.unknown.none"
    return Message(
        visit.say("progress.unknown.title"),
        (sentence(visit, key), Buttons((*buttons, next_button(visit.say), roadmap_button(visit.say)))),
    )


def _is_milestone(visit: Visit, milestone: Milestone) -> Message:
    button = Button(visit.say("progress.milestone.open"), f"milestone {milestone.id}", style="primary")
    said = sentence(visit, "progress.names-milestone", title=milestone.title)
    return Message(visit.say("progress.names-milestone.title", title=milestone.title), (said, Buttons((button,))))
