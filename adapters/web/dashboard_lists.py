"""The list of people on the dashboard: what the address asks for (filter, search, order, page), and what of a `View`
that is. Used by `adapters.web.dashboard`; without script, so that a view can be sent to a colleague who may see it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import urlencode

from bot.mentoring.cohort_rows import Row
from bot.mentoring.cohort_view import View
from bot.mentoring.cohort_words import COLUMNS, called, cells
from bot.mentoring.display_names import folded
from content.wording import Wording

ON_A_PAGE = 50
LONGEST = 80
"""Characters of what is searched for."""
SHOWS = ("all", "moved", "quiet")


def _by_name(row: Row) -> tuple[object, ...]:
    """Those without a name last, in the order they came."""
    return (not row.name, folded(row.name), row.member_id)


_ORDERS: Mapping[str, Callable[[Row], tuple[object, ...]]] = MappingProxyType(
    {
        "person": _by_name,
        "step": lambda row: (row.stage or 0, *_by_name(row)),
        "actions": lambda row: (row.actions or 0, *_by_name(row)),
        "activity": lambda row: (str(row.quiet_since or "9999"), *_by_name(row)),
        "ce": lambda row: (row.endings[0].last.isoformat() if row.endings else "9999", *_by_name(row)),
        "outcomes": lambda row: (-len(row.outcomes), row.outcomes, *_by_name(row)),
        "place": lambda row: (row.region.casefold(), row.site.casefold(), *_by_name(row)),
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what it cannot mean is left out."""

    q: str = ""
    show: str = "all"
    sort: str = "person"
    down: bool = False
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        page, show, sort = query.get("page", "1"), query.get("show", "all"), query.get("sort", "person")
        return cls(
            q=" ".join(query.get("q", "").split())[:LONGEST],
            show=show if show in SHOWS else "all",
            sort=sort if sort in _ORDERS else "person",
            down=query.get("down") == "1",
            page=max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )

    def address(self, **changed: object) -> str:
        """The query of the same list, with something changed."""
        one = replace(self, **changed)  # type: ignore[arg-type]
        given = {"q": one.q, "show": one.show, "sort": one.sort, "down": int(one.down), "page": one.page}
        plain = {"q": "", "show": "all", "sort": "person", "down": 0, "page": 1}
        return "?" + urlencode({name: value for name, value in given.items() if value != plain[name]})


@dataclass(frozen=True, slots=True)
class Heading:
    """A column that can be sorted by."""

    name: str
    label: str
    address: str
    direction: str
    """As `aria-sort` has it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A person as the list shows them."""

    member_id: int
    name: str
    cells: tuple[tuple[str, str], ...]
    """Heading and words, for each column."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of the list."""

    asked: Asked
    rows: tuple[Row, ...]
    lines: tuple[Line, ...]
    headings: tuple[Heading, ...]
    found: int
    pages: int


def listed(say: Wording, view: View, asked: Asked) -> Listed:
    """The page of the list that is asked for; past the last one it is the last."""
    rows = sorted((row for row in view.rows if _fits(say, row, asked)), key=_ORDERS[asked.sort], reverse=asked.down)
    pages = max(1, -(-len(rows) // ON_A_PAGE))
    asked = replace(asked, page=min(asked.page, pages))
    shown = tuple(rows[(asked.page - 1) * ON_A_PAGE : asked.page * ON_A_PAGE])
    return Listed(asked, shown, tuple(line_of(say, row) for row in shown), _headings(say, asked), len(rows), pages)


def line_of(say: Wording, row: Row) -> Line:
    """The very words that the chat and the member's own `privacy` have."""
    names = (say(f"cohorts.column.{name}") for name in COLUMNS)
    return Line(row.member_id, called(say, row), tuple(zip(names, cells(say, row), strict=True)))


def _fits(say: Wording, row: Row, asked: Asked) -> bool:
    is_shown = {"all": True, "moved": row.moved, "quiet": row.quiet_since is not None}[asked.show]
    words = f"{called(say, row)}\n{row.site}\n{row.region}"
    return is_shown and folded(asked.q) in folded(words)


def _headings(say: Wording, asked: Asked) -> tuple[Heading, ...]:
    return tuple(
        Heading(
            name=name,
            label=say(f"cohorts.column.{name}"),
            address=asked.address(sort=name, down=name == asked.sort and not asked.down, page=1),
            direction=("descending" if asked.down else "ascending") if name == asked.sort else "none",
        )
        for name in _ORDERS
    )
