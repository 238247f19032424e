"""What must fit within and between the files of `credentials/`: citations, words, least and most, defaults that meet
every reading. `content.cross_check` calls it on what was read, so that all faults come out together.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from content.draft import Draft
from content.faults import Fault
from content.source_file import Location

PART = "credentials"


def credential_faults(draft: Draft) -> Iterator[Fault]:
    """Every fault that pydantic cannot see."""
    taken: dict[str, Location] = {}
    rules = draft.data.get(PART)
    for place, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict):
            at: Location = (PART, place)
            yield from _file_name(draft, at, rule)
            yield from _citations(draft, at, rule)
            yield from _words(draft, at, rule, taken)
            yield from _splits(draft, at, rule)
            yield from _readings(draft, at, rule)
            yield from _proration(draft, at, rule)
            yield from _pool(draft, at, rule)


def _file_name(draft: Draft, at: Location, rule: Mapping[str, Any]) -> Iterator[Fault]:
    file, _ = draft.place(at)
    if file and "id" in rule and Path(file.path).stem != rule["id"]:
        yield draft.fault((*at, "id"), f"the id `{rule['id']}` and the file's name differ; make them the same")


def _citations(draft: Draft, at: Location, rule: Mapping[str, Any]) -> Iterator[Fault]:
    sources = _dict(rule.get("sources"))
    cited: set[str] = set()
    for where, name in _said(rule, at):
        cited.add(name)
        if name not in sources:
            yield draft.fault(where, f"`said_by` names `{name}`, which is not under `sources`; correct or add it")
    for name in sources:
        if name not in cited:
            yield draft.fault((*at, "sources", name), f"nothing here is said by `{name}`; cite it or remove it")


def _said(value: object, at: Location) -> Iterator[tuple[Location, str]]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "said_by" and isinstance(part, list):
                yield from (((*at, name, place), str(each)) for place, each in enumerate(part))
            else:
                yield from _said(part, (*at, name))
    elif isinstance(value, list):
        for place, part in enumerate(value):
            yield from _said(part, (*at, place))


def _words(draft: Draft, at: Location, rule: Mapping[str, Any], taken: dict[str, Location]) -> Iterator[Fault]:
    """What a member types must mean one credential, and one part of it."""
    own = [((*at, name), str(rule[name]).lower()) for name in ("id", "short") if name in rule]
    own += [((*at, "also", place), str(word)) for place, word in enumerate(_list(rule.get("also")))]
    for where, word in own:
        other = taken.setdefault(word, at)
        if other != at:
            yield draft.fault(where, f"`{word}` means the credential of {draft.fault(other, '').path} too; choose one")
    parts: dict[str, Location] = {}
    for where, part in _parts(rule, at):
        for word in [part.get("id"), *_list(part.get("also"))]:
            if isinstance(word, str) and parts.setdefault(word, where) != where:
                yield draft.fault(where, f"the word `{word}` stands for another part already; choose another")


def _splits(draft: Draft, at: Location, rule: Mapping[str, Any]) -> Iterator[Fault]:
    required = _number(rule.get("required"))
    for place, split in enumerate(_list(rule.get("splits"))):
        where = (*at, "splits", place, "parts")
        parts = _list(_dict(split).get("parts"))
        if parts and sum(_is_otherwise(part) for part in parts) != 1:
            yield draft.fault(where, "exactly one part of each split has `otherwise: true`: where the rest goes")
        yield from _least_within(draft, where, parts, required)
    if rule.get("splits") and rule.get("required") is None:
        yield draft.fault((*at, "splits"), "parts need a `required` number that they are parts of")


def _least_within(draft: Draft, at: Location, parts: list[Any], whole: Decimal | None) -> Iterator[Fault]:
    """The parts' least together fit into the whole, and no part asks for more than it may hold."""
    least = [_number(_dict(part).get("least")) or Decimal(0) for part in parts]
    if whole is not None and sum(least) > whole:
        yield draft.fault(at, f"the parts ask for {sum(least)} together, more than the {whole} of the whole")
    for place, part in enumerate(parts):
        most = _number(_dict(part).get("most"))
        if most is not None and least[place] > most:
            yield draft.fault((*at, place), "`least` is more than `most`; correct one of them")
        inner = _list(_dict(part).get("parts"))
        if inner:
            yield from _least_within(draft, (*at, place, "parts"), inner, most or least[place] or whole)


def _readings(draft: Draft, at: Location, rule: Mapping[str, Any]) -> Iterator[Fault]:
    """What we reckon with asks for at least as much, month by month, as every reading that may hold."""
    amount, months = _number(rule.get("required")), _number({"amount": _dict(rule.get("cycle")).get("months")})
    for which, conflict in enumerate(_list(rule.get("conflicts"))):
        for place, reading in enumerate(_list(_dict(conflict).get("readings"))):
            said = _dict(reading)
            wanted, every = _number(said), _number({"amount": said.get("months")})
            is_old = str(said.get("superseded", "")).lower() == "true"
            if is_old or None in (amount, months, wanted, every):
                continue
            assert amount is not None and months is not None and wanted is not None and every is not None  # noqa: PT018
            if amount * every < wanted * months or months > every:
                yield draft.fault(
                    (*at, "conflicts", which, "readings", place),
                    f"the rule's {amount} in {months} months does not meet this reading's {wanted} in {every}",
                )


def _proration(draft: Draft, at: Location, rule: Mapping[str, Any]) -> Iterator[Fault]:
    steps = _list(_dict(rule.get("proration")).get("table"))
    months = [_number({"amount": _dict(step).get("until_month")}) or Decimal(0) for step in steps]
    where = (*at, "proration", "table")
    if months != sorted(set(months)):
        yield draft.fault(where, "`until_month` grows from entry to entry; put them in order")
    length = _number({"amount": _dict(rule.get("cycle")).get("months")})
    if months and length is not None and months[-1] != length:
        yield draft.fault(where, f"the last `until_month` is the period's last month, {length}")


def _pool(draft: Draft, at: Location, rule: Mapping[str, Any]) -> Iterator[Fault]:
    if bool(rule.get("pool")) != bool(rule.get("totals")):
        yield draft.fault((*at, "pool" if rule.get("pool") else "totals"), "`pool` and `totals` go together; add both")


def _parts(rule: Mapping[str, Any], at: Location) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    for place, split in enumerate(_list(rule.get("splits"))):
        yield from _within(_dict(split), (*at, "splits", place))


def _within(holder: Mapping[str, Any], at: Location) -> Iterator[tuple[Location, Mapping[str, Any]]]:
    for place, part in enumerate(_list(holder.get("parts"))):
        where = (*at, "parts", place)
        yield where, _dict(part)
        yield from _within(_dict(part), where)


def _is_otherwise(part: object) -> bool:
    return str(_dict(part).get("otherwise", "")).lower() == "true"


def _number(stated: object) -> Decimal | None:
    """The amount, where there is a sound one; the type tells of the others."""
    try:
        amount = Decimal(str(_dict(stated)["amount"]))
    except (InvalidOperation, KeyError):
        return None
    return amount if amount > 0 else None


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
