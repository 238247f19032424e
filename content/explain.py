"""Turns pydantic's errors about a pack into sentences for an editor, each at its line. `content.library` calls it."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from content import credentials, pack
from content.draft import PARTS, Draft
from content.faults import Fault
from content.source_file import Location

_PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")

Context = dict[str, Any]
_SAYS: Mapping[str, Callable[[Context], str]] = {
    "greater_than_equal": lambda given: f"must be at least {given['ge']}",
    "less_than_equal": lambda given: f"must be at most {given['le']}",
    "string_too_short": lambda _: "is empty; write a text",
    "string_too_long": lambda given: f"is too long; at most {given['max_length']} characters fit",
    "too_long": lambda given: f"has {_entries(given['actual_length'])}; at most {given['max_length']} are allowed",
    "literal_error": lambda given: f"must be {given['expected']}",
    "enum": lambda given: f"must be {given['expected']}",
    "value_error": lambda given: str(given["error"]),
    "string_type": lambda _: "must be a text",
    "tuple_type": lambda _: "must be a list: one entry a line, each after `- `",
    "dict_type": lambda _: "must hold fields (`name: value`), one a line",
    "model_type": lambda _: "must hold fields (`name: value`), one a line",
    "int_type": lambda _: "must be a whole number",
    "int_parsing": lambda _: "must be a whole number",
    "greater_than": lambda given: f"must be more than {given['gt']}; what was not found is `null`, never 0",
    "decimal_parsing": lambda _: "must be a number",
    "decimal_type": lambda _: "must be a number",
    "decimal_max_places": lambda given: f"may have {given['decimal_places']} places behind the point at most",
    "date_from_datetime_parsing": lambda _: "must be a day, as 2026-11-30",
    "date_parsing": lambda _: "must be a day, as 2026-11-30",
    "date_type": lambda _: "must be a day, as 2026-11-30",
    "bool_type": lambda _: "must be true or false",
    "bool_parsing": lambda _: "must be true or false",
}
_PATTERNS = {
    "[a-z0-9]": "may hold only small letters, digits and single hyphens, like `watch-another-role`",
    "https?": "must be a web address that begins with https:// and holds no spaces",
    r"1[0-2])-": "must be a month and a day, as 05-31",
    "^[a-z]+": "may hold only small letters and single hyphens, like `in-person`",
    r"\d+\.": "must be three numbers with dots, like 1.0.0",
}


def explain(draft: Draft, error: ValidationError) -> Iterator[Fault]:
    """One fault a place; the ways in which a text fits none of several kinds become one sentence."""
    wrong: dict[Location, list[str]] = {}
    for details in error.errors(include_url=False):
        location = _inside(draft.data, details["loc"])
        if _follows_from_unread(draft, location, details) or _has_enough(draft.data, details):
            continue
        if details["type"] == "missing":
            yield draft.fault(location, _said(_where(draft, location), f"`{details['loc'][-1]}` is missing; add it"))
        else:
            wrong.setdefault(location, []).append(_says(draft.data, details))
    for location, says in wrong.items():
        yield draft.fault(location, _said(_where(draft, location), ", or ".join(dict.fromkeys(says))))


def _inside(data: object, location: Location) -> Location:
    """The part of a location that leads to something written; pydantic adds names of kinds and of missing fields."""
    for depth, part in enumerate(location):
        if isinstance(data, list):
            data = dict(enumerate(data))
        if not isinstance(data, dict) or part not in data:
            return location[:depth]
        data = data[part]
    return location


def _follows_from_unread(draft: Draft, location: Location, details: ErrorDetails) -> bool:
    part = location[0] if location else details["loc"][0]
    if part in draft.unread:
        return len(location) < 2
    return "" in draft.unread and not location and part not in PARTS


def _said(where: str, says: str) -> str:
    return f"{where}: {says}" if where else says


def _has_enough(data: object, details: ErrorDetails) -> bool:
    """pydantic counts only the entries without a fault; those are reported for themselves."""
    return details["type"] == "too_short" and _count(data, details["loc"]) >= details["ctx"]["min_length"]


def _count(data: object, location: Location) -> int:
    for part in location:
        data = data[part]  # type: ignore[index]
    return len(data) if isinstance(data, list) else 0


def _says(data: object, details: ErrorDetails) -> str:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "too_short":
        return f"has {_entries(_count(data, details['loc']))}; at least {context['min_length']} are needed"
    if kind == "extra_forbidden":
        return _unknown_field(str(details["loc"][-1]))
    if kind == "string_pattern_mismatch":
        return next(says for mark, says in _PATTERNS.items() if mark in context["pattern"])
    return _SAYS[kind](context) if kind in _SAYS else details["msg"].lower()


def _unknown_field(name: str) -> str:
    near = get_close_matches(name, _field_names(), n=1)
    return f"no such field is known; did you mean `{near[0]}`?" if near else "no such field is known; remove it"


def _field_names() -> list[str]:
    found = [kind for module in (pack, credentials) for _, kind in inspect.getmembers(module, inspect.isclass)]
    models = [kind for kind in found if issubclass(kind, BaseModel)]
    return sorted({name for model in models for name in model.model_fields})


def _where(draft: Draft, location: Location) -> str:
    """`("steps", 0, "actions", 2, "do")` → "actions, third entry, `do`" (the file already names the step)."""
    _, inside = draft.place(location)
    words = [_entry(part) if isinstance(part, int) else str(part) for part in inside]
    if inside and isinstance(inside[-1], str):
        words[-1] = f"`{inside[-1]}`"
    return ", ".join(words)


def _entry(place: int) -> str:
    return f"{_PLACES[place]} entry" if place < len(_PLACES) else f"entry {place + 1}"


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
