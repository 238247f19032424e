"""Time zones as people name them: "Chicago", "Central", "America/Chicago". Called by `coach settings`."""

from difflib import get_close_matches
from functools import cache
from zoneinfo import ZoneInfo

from bot.clock import zone_named, zone_names

COMMON = {
    "Eastern": "America/New_York",
    "Central": "America/Chicago",
    "Mountain": "America/Denver",
    "Arizona": "America/Phoenix",
    "Pacific": "America/Los_Angeles",
    "Alaska": "America/Anchorage",
    "Hawaii": "Pacific/Honolulu",
    "Puerto Rico": "America/Puerto_Rico",
}
"""How people in the United States call their zones."""
_LETTERS = {"e": "Eastern", "c": "Central", "m": "Mountain", "p": "Pacific"}
_ABBREVIATIONS = {f"{letter}{middle}t": COMMON[name] for letter, name in _LETTERS.items() for middle in ("", "s", "d")}
_OLD_FAMILIES = ("us/", "etc/", "canada/", "brazil/", "mexico/", "chile/", "systemv/")


def find_zone(words: str) -> ZoneInfo | None:
    """The zone of an IANA name, of one of its cities, or of a name used in the United States; None if there is none."""
    said = " ".join(words.lower().replace("_", " ").split()).removesuffix(" time")
    spoken = {name.lower(): zone for name, zone in COMMON.items()} | _ABBREVIATIONS
    if said in spoken:
        return ZoneInfo(spoken[said])
    if "/" in said or said in ("utc", "gmt"):
        return zone_named(said)
    name = _cities().get(said)
    return ZoneInfo(name) if name else None


def zones_like(words: str, limit: int = 3) -> tuple[str, ...]:
    """The names that look most like what was typed, the likeliest first."""
    said = words.lower().replace(" ", "_")
    names = {name.lower(): name for name in zone_names() if "/" in name and not name.lower().startswith(_OLD_FAMILIES)}
    by_city = {name.rpartition("/")[2]: whole for name, whole in names.items()}
    city = said.rpartition("/")[2]
    found = [names[name] for name in get_close_matches(said, names, limit, 0.75)]
    found += [by_city[name] for name in get_close_matches(city, by_city, limit, 0.7)]
    return tuple(dict.fromkeys(found))[:limit]


@cache
def _cities() -> dict[str, str]:
    """City → the zone named after it; where there are two, one is only another name of the other."""
    names = (name for name in sorted(zone_names(), reverse=True) if "/" in name)
    return {
        name.rpartition("/")[2].lower().replace("_", " "): name
        for name in names
        if not name.lower().startswith(_OLD_FAMILIES)
    }
