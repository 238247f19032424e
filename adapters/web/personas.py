"""The playground's sample members, and what each typed in the days before the page is opened. Used by
`adapters.web.demo_world`; their names stand in the catalogue under `playground.<user>`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Typed:
    """A line and when it was typed, or pressed in the mentor's last message."""

    days_ago: int
    line: str
    """`{yesterday}` stands for the name of that weekday."""
    pressed: bool = False


@dataclass(frozen=True, slots=True)
class Persona:
    """A sample member."""

    user: str
    zone: str
    typed: tuple[Typed, ...] = ()


_BILLER = "start role=billing education=bachelor experience=one-two leading=not-yet credential=none now=building"
_LEAD = "start role=lead education=associate experience=six-plus leading=supervise credential=studying now=building"
_MANAGER = "start role=lead education=bachelor experience=six-plus leading=supervise credential=management now=manager"

OPERATOR = "sample-4"
"""The sample member who may use `admin`."""

PERSONAS = (
    Persona("sample-1", "America/New_York", (Typed(0, "home"),)),
    Persona(
        "sample-2",
        "America/Chicago",
        (Typed(0, "start"), Typed(0, _BILLER, pressed=True), Typed(0, "Do I need a degree?")),
    ),
    Persona(
        "sample-3",
        "America/Denver",
        (
            Typed(2, "start"),
            Typed(2, _LEAD, pressed=True),
            Typed(2, "coach on"),
            Typed(2, "coach settings {yesterday} 12:00"),
            Typed(2, "done"),
            Typed(2, "ce add cmm earned 2026-03-01 expires 2027-03-01"),
            Typed(2, "ce add cmpe earned 2024-05-04"),
            Typed(2, 'ce log 3 "Reading a budget" 2026-05-06 for cmm by PAHCOM'),
            Typed(2, 'ce log 6 live "State meeting" 2026-10-02 for cmm, cmpe by MGMA number 20417'),
            Typed(0, "home"),
        ),
    ),
    Persona(
        "sample-4",
        "America/Los_Angeles",
        (Typed(1, "start"), Typed(1, _MANAGER, pressed=True), Typed(1, "coach on"), Typed(0, "next")),
    ),
)
