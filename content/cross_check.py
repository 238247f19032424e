"""What must fit between the files of a pack: ids, the seven steps, the placement rules. `content.library` calls it.

It works on what was read, not on a finished Pack, so that these faults come out together with all the others.
"""

from collections.abc import Iterator
from pathlib import Path

from content.credential_check import credential_faults
from content.draft import Draft
from content.faults import Fault
from content.source_file import Location

Way = tuple[str, ...]
"""A location in which "*" is every entry."""

_ANY_ACTION: Way = ("steps", "*", "actions", "*")
_ANY_MILESTONE: Way = ("steps", "*", "milestones", "*")
NAMESPACES: tuple[tuple[Way, ...], ...] = (
    ((*_ANY_ACTION, "id"), (*_ANY_MILESTONE, "id"), ("practices", "*", "id")),
    (("faqs", "*", "id"), ("outside", "*", "id")),
    (("suggestions", "*", "id"),),
    (("resources", "*", "id"),),
    (("resources", "*", "entries", "*", "id"),),
    (("placement", "questions", "*", "id"),),
    (("credentials", "*", "id"),),
)
_TRUE = {"true", "yes", "on", "1", "y", "t"}


def cross_check(draft: Draft) -> Iterator[Fault]:
    for ways in NAMESPACES:
        yield from _taken(draft, ways)
    yield from _step_numbers(draft)
    yield from _file_names(draft)
    yield from _see_also(draft)
    yield from _placement(draft)
    yield from _ending(draft)
    yield from _job_search(draft)
    yield from credential_faults(draft)


def each(data: object, way: Way, at: Location = ()) -> Iterator[tuple[Location, object]]:
    """Every value that a way leads to, with its location; what has another shape is passed over."""
    if not way:
        yield at, data
    elif way[0] == "*":
        for place, entry in enumerate(data if isinstance(data, list) else ()):
            yield from each(entry, way[1:], (*at, place))
    elif isinstance(data, dict) and way[0] in data:
        yield from each(data[way[0]], way[1:], (*at, way[0]))


def _taken(draft: Draft, ways: tuple[Way, ...]) -> Iterator[Fault]:
    first: dict[object, Location] = {}
    for way in ways:
        for location, name in each(draft.data, way):
            if isinstance(name, str) and first.setdefault(name, location) != location:
                other = draft.fault(first[name], "")
                yield draft.fault(location, f"the id `{name}` is taken by {other.path}:{other.line}; choose another")


def _step_numbers(draft: Draft) -> Iterator[Fault]:
    seen: dict[object, Location] = {}
    for location, number in each(draft.data, ("steps", "*", "number")):
        if seen.setdefault(number, location) != location:
            yield draft.fault(location, f"step {number} has a file already, {draft.fault(seen[number], '').path}")
        file, _ = draft.place(location)
        if file and not Path(file.path).name.startswith(f"{number}-"):
            yield draft.fault(location, f"`number` is {number}; begin the file's name with `{number}-`, or correct it")
    missing = [number for number in "1234567" if number not in seen]
    if missing and "steps" not in draft.unread and len(seen) < 7:
        yield draft.fault(("steps",), f"there is no file for step {', '.join(missing)}; add it")


def _file_names(draft: Draft) -> Iterator[Fault]:
    for part in ("faqs", "outside"):
        for location, name in each(draft.data, (part, "*", "id")):
            file, _ = draft.place(location)
            if file and Path(file.path).stem != name:
                yield draft.fault(location, f"the id `{name}` and the file's name differ; make them the same")


def _see_also(draft: Draft) -> Iterator[Fault]:
    known = {name for _, name in each(draft.data, ("faqs", "*", "id"))}
    for location, name in each(draft.data, ("faqs", "*", "see_also", "*")):
        own = each(draft.data, ("faqs", "*", "id"))
        if name not in known and "faqs" not in draft.unread:
            yield draft.fault(
                location, f"`see_also` names `{name}`, and there is no such FAQ entry; correct or remove it"
            )
        elif any(other == name and at[1] == location[1] for at, other in own):
            yield draft.fault(location, f"`see_also` names the entry itself, `{name}`; remove it")


def _placement(draft: Draft) -> Iterator[Fault]:
    choices: dict[object, list[object]] = {}
    for at, name in each(draft.data, ("placement", "questions", "*", "id")):
        question = ("placement", "questions", "*", "choices", "*", "id")
        own = [(place, choice) for place, choice in each(draft.data, question) if place[:3] == at[:3]]
        choices[name] = [choice for _, choice in own]
        for place, choice in own:
            if choices[name].index(choice) != place[4]:
                yield draft.fault(place, f"the choice `{choice}` stands twice in this question; choose another id")
    for part in ("met_when", "straight_to"):
        for at, rule in each(draft.data, ("placement", part, "*", "any_of", "*")):
            for question, wanted in rule.items() if isinstance(rule, dict) else ():
                yield from _rule(draft, (*at, question), choices, wanted)


def _rule(draft: Draft, at: Location, choices: dict[object, list[object]], wanted: object) -> Iterator[Fault]:
    question = at[-1]
    if question not in choices:
        yield draft.fault(at, f"there is no placement question `{question}`; correct the id")
        return
    for place, choice in each(wanted, ("*",)):
        if choice not in choices[question]:
            known = ", ".join(f"`{name}`" for name in choices[question])
            says = f"the question `{question}` has no choice `{choice}`; it has {known}"
            yield draft.fault((*at, *place), says)


def _ending(draft: Draft) -> Iterator[Fault]:
    ways = each(draft.data, (*_ANY_MILESTONE, "ends_programme"))
    endings = [location for location, value in ways if str(value).lower() in _TRUE]
    if not endings and "steps" not in draft.unread:
        yield draft.fault(("steps",), "no milestone has `ends_programme: true`; mark the one that says: I got the job")
    for location in endings[1:]:
        yield draft.fault(location, "a second milestone has `ends_programme: true`; keep only one")


def _job_search(draft: Draft) -> Iterator[Fault]:
    """Looking for a job is private: what belongs to step 6 alone is never shareable."""
    steps = {at[1] for at, number in each(draft.data, ("steps", "*", "number")) if number == "6"}
    actions = [(at, action) for at, action in each(draft.data, _ANY_ACTION) if at[1] in steps]
    practices = [
        (at, practice)
        for at, practice in each(draft.data, ("practices", "*"))
        if isinstance(practice, dict) and practice.get("steps") == ["6"]
    ]
    for at, action in [*actions, *practices]:
        if isinstance(action, dict) and str(action.get("shareable", "true")).lower() in _TRUE:
            yield draft.fault(at, "shows a job search to managers; add `shareable: false`")
