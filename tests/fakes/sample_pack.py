"""A small sample pack without a fault, which tests of the content checks write to a folder and then spoil."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from content.check import Limits, check
from content.faults import ContentFault, Fault
from content.library import load_pack

SOURCE = {"name": "Sample guide", "url": "https://example.org/guide", "label": "read", "date": "2024"}
COMMANDS = {
    "home": re.compile(""),
    "done": re.compile(r"[a-z0-9-]*"),
    "step": re.compile(r"\d*"),
    "coach": re.compile(r"(?:on|pause(?: .*)?)?"),
}


def write_pack(folder: Path) -> Path:
    """Writes the sample pack and gives its folder back."""
    for name, text in _texts().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@cache
def _texts() -> dict[str, str]:
    texts = {name: _dump(data) for name, data in _files().items()}
    for number in (1, 2):
        answer = "You can. Ask your lead first, then type `done`."
        texts[f"faq/question-{number}.md"] = _markdown(_faq(number), answer)
    law = {"id": "law", "phrasings": _asked("a law question", 10)}
    return texts | {"outside/law.md": _markdown(law, "Please ask a lawyer.")}


def spoil(path: Path, old: str, new: str) -> int:
    """Replaces the first `old`, which must be there, and gives the line on which the change begins."""
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def load_faults(folder: Path) -> list[Fault]:
    """What keeps the pack from loading."""
    try:
        load_pack(folder)
    except ContentFault as fault:
        return list(fault.faults)
    return []


def check_faults(folder: Path, limits: Limits | None = None) -> list[Fault]:
    """What the checker finds in a pack that loads."""
    return check(load_pack(folder), folder, commands=COMMANDS, limits=limits or Limits())


def only(faults: list[Fault], path: Path, line: int, *words: str) -> bool:
    """Whether this is the one fault, and its sentence holds the words."""
    assert [(fault.path, fault.line) for fault in faults] == [(str(path), line)], "\n".join(map(str, faults))
    assert all(word in faults[0].says for word in words), faults[0].says
    return True


def _files() -> dict[str, Any]:
    steps = {f"steps/{number}-step.yaml": _step(number) for number in range(1, 8)}
    return {
        "pack.yaml": {
            "name": "sample",
            "locale": "en",
            "version": "1.0.0",
            "career": "sample manager",
            "action_gap_weeks": 4,
        },
        "practices.yaml": [
            _action(f"practice-{number}") | {"steps": list(range(1, 8)), "gap_weeks": 4, "shareable": False}
            for number in range(4)
        ],
        "suggestions.yaml": [_suggestion(number) for number in range(4)],
        "resources.yaml": [_heading(number) for number in range(5)],
        "placement.yaml": {"questions": [_question(number) for number in range(6)], "met_when": [_rule()]},
        "terms.yaml": {
            "subject_terms": ["manager", "administration"],
            "credentials": [
                {"name": "CMM", "issuer": "PAHCOM"},
                {"name": "cHAP", "issuer": "AHCAP", "also": ["Healthcare Administrative Professionals"]},
            ],
            "never": ["streak", "HIPAA compliant"],
        },
        "credentials/sample-card.yaml": _credential(),
        **steps,
    }


def _step(number: int) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"Sample step {number}",
        "short": f"Step {number}",
        "purpose": "You learn one thing.",
        "done_when": "You can show it.",
        "links": [{"title": "Sample link", "url": "https://example.org"}],
        "actions": [_action(f"action-{number}-{place}") | {"shareable": number != 6} for place in range(6)],
        "milestones": [_milestone(number)],
        "sources": [SOURCE],
    }


def _credential() -> dict[str, Any]:
    """Twelve credits a year, four of them live; two pages differ."""
    return {
        "id": "sample-card",
        "version": "1",
        "read_on": "2026-11-22",
        "name": "Sample Card",
        "short": "Card",
        "issuer": "Sample Office",
        "url": "https://example.org/card",
        "unit": "ceu",
        "required": _number("12"),
        "splits": [{"by": "way", "parts": [_part("live", least=_number("4")), _part("rest", otherwise="true")]}],
        "cycle": {"anchor": "anniversary", "months": "12", "says": "One year.", "said_by": ["page"]},
        "conflicts": [{"about": "How many", "readings": _readings(), "default": "Twelve a year meets both."}],
        "sources": {"page": SOURCE},
    }


def _number(amount: str) -> dict[str, Any]:
    return {"amount": amount, "said_by": ["page"]}


def _part(name: str, **given: Any) -> dict[str, Any]:
    return {"id": name, "name": name, **given}


def _readings() -> list[dict[str, Any]]:
    year = {"says": "Twelve a year.", "amount": "12", "months": "12", "said_by": ["page"]}
    return [year, {**year, "says": "Two years.", "amount": "24", "months": "24"}]


def _action(name: str) -> dict[str, Any]:
    return {
        "id": name,
        "title": "Draw a map",
        "do": "Draw a map of your day.",
        "how": "Use one sheet. Ask a friend to look at it.",
        "minutes": 15,
        "evidence": "A map.",
        "smaller": {"do": "List two parts.", "minutes": 4},
        "permission": "none",
        "patient_data": "none",
    }


def _milestone(number: int) -> dict[str, Any]:
    milestone = {
        "id": f"milestone-{number}",
        "title": "A big thing",
        "about": "It takes a while.",
        "usual": "a year",
        "evidence": "A letter.",
        "sources": [SOURCE],
    }
    return milestone | ({"ends_programme": True} if number == 6 else {})


def _suggestion(number: int) -> dict[str, Any]:
    steps = list(range(1, 8))
    line, how = f"Talk to person {number}.", "Say hello and ask one thing."
    return {"id": f"idea-{number}", "kind": "habit", "steps": steps, "line": line, "how": how, "gap_weeks": 4}


def _heading(number: int) -> dict[str, Any]:
    entries = [
        {
            "id": f"page-{number}-{place}",
            "title": "A page",
            "url": "https://example.org",
            "about": "A page.",
            "sources": [SOURCE],
        }
        for place in range(5)
    ]
    return {"id": f"heading-{number}", "title": f"Heading {number}", "entries": entries}


def _question(number: int) -> dict[str, Any]:
    choices = [{"id": "yes", "text": "Yes"}, {"id": "no", "text": "No"}]
    return {"id": f"asked-{number}", "text": "Is it so?", "choices": choices}


def _rule() -> dict[str, Any]:
    return {"step": 1, "any_of": [{"asked-0": ["yes"]}], "because": "You already did it."}


def _faq(number: int) -> dict[str, Any]:
    return {
        "id": f"question-{number}",
        "step": 1,
        "question": f"What is thing {number}?",
        "phrasings": _asked(f"thing {number}", 15),
        "see_also": [f"question-{3 - number}"],
        "sources": [SOURCE],
    }


def _asked(about: str, count: int) -> list[str]:
    return [f"{about} asked in way {way}" for way in range(count)]


def _markdown(front: dict[str, Any], body: str) -> str:
    return f"---\n{_dump(front)}---\n\n{body}\n"


def _dump(data: Any) -> str:
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, width=1000)


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True
