"""How many credits count, and how many are left, where parts have a least and a most and one credit may serve one of
several parts. Pure; asked by `bot.mentoring.ce_standing`.

An exact minimum-cost flow. Parts nest in one or two ways (subject, provider), so the best assignment is a flow from one
tree of parts through the credits into the other. It is solved twice: with the credits there are (what counts, and
where), and with arcs that cost for those still to be earned (the fewest that are left). Amounts are hundredths of the
rule's unit, so nothing is rounded.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from content.credentials import CredentialRule, Number, Part, Split

HUNDREDTHS = 100
_ENDLESS = 10**9
_OLD, _NEW, _LEAST = -1, 10**4, -(10**9)
"""What a unit costs: a least that is met outweighs any number of new credits on a way, and these any number of old."""


@dataclass(frozen=True, slots=True)
class Earned:
    """Some credits that are all alike."""

    amount: int
    """Hundredths."""
    kinds: frozenset[str] = frozenset()
    """Names of parts."""


@dataclass(frozen=True, slots=True)
class PartCount:
    """How one part stands, in hundredths."""

    part: Part
    counted: int
    least: int | None
    most: int | None

    @property
    def left(self) -> int:
        return max(0, (self.least or 0) - self.counted)


@dataclass(frozen=True, slots=True)
class Count:
    """What an assignment makes of the credits, in hundredths."""

    counted: int
    """Never more than the parts may hold together."""
    left: int
    """The fewest credits with which everything is met."""
    parts: tuple[PartCount, ...] = ()


def count(rule: CredentialRule, required: int, earned: Iterable[Earned]) -> Count:
    """The best that these credits can do for a requirement of so many hundredths."""
    some = [each for each in earned if each.amount > 0]
    if not rule.splits:
        total = sum(each.amount for each in some)
        return Count(total, max(0, required - total))
    return _best(rule.splits, required, tuple(_alike(rule, some).items()))


@lru_cache(maxsize=1024)
def _best(splits: tuple[Split, ...], required: int, alike: tuple[tuple[frozenset[str], int], ...]) -> Count:
    """Kept, since many members have the same: nothing logged, or the same webinar."""
    so_far, whole = _Network(splits, required), _Network(splits, required)
    whole.allow_new()
    for network in (so_far, whole):
        for kinds, amount in alike:
            network.add(kinds, amount)
        network.solve()
    parts = tuple(
        PartCount(part, so_far.counted(part), _hundredths(part.least, required), _hundredths(part.most, None))
        for split in splits
        for top in split.parts
        for part in top.walk()
        if part.least or part.most
    )
    return Count(so_far.old, whole.new, parts)


def kinds_of(rule: CredentialRule, words: Iterable[str]) -> frozenset[str]:
    """The names of the parts that words stand for; what stands for none is left out."""
    names = {word: part.id for part in rule.parts() for word in (part.id, *part.also)}
    return frozenset(names[word] for word in words if word in names)


def hundredths(number: Number) -> int:
    return int(number.amount * HUNDREDTHS)


def _hundredths(number: Number | None, required: int | None) -> int | None:
    """Where less is asked in all, no part asks for more than that."""
    if number is None:
        return None
    return hundredths(number) if required is None else min(hundredths(number), required)


Leaf = tuple[Part, ...]
"""A part that holds no others, behind those it lies within."""


def _leaves(parts: Sequence[Part], above: Leaf = ()) -> Iterator[Leaf]:
    for part in parts:
        if part.parts:
            yield from _leaves(part.parts, (*above, part))
        else:
            yield (*above, part)


def _takes(leaf: Leaf, kinds: frozenset[str]) -> bool:
    return all(part.otherwise or part.id in kinds for part in leaf)


def _alike(rule: CredentialRule, some: Sequence[Earned]) -> Mapping[frozenset[str], int]:
    known = {part.id for part in rule.parts()}
    amounts: dict[frozenset[str], int] = {}
    for each in some:
        kinds = each.kinds & known
        amounts[kinds] = amounts.get(kinds, 0) + each.amount
    return amounts


@dataclass(slots=True)
class _Arc:
    """One way from a node to another, and its way back."""

    to: str
    room: int
    cost: int
    back: "_Arc | None" = None
    parts: frozenset[str] = frozenset()
    """Of a credit's arc: the parts it counts for."""

    @property
    def flow(self) -> int:
        assert self.back is not None
        return self.back.room


@dataclass(slots=True)
class _Network:
    """The trees of parts and the credits between them; its solution."""

    splits: tuple[Split, ...]
    required: int
    arcs: dict[str, list[_Arc]] = field(default_factory=dict)
    olds: list[_Arc] = field(default_factory=list)
    news: list[_Arc] = field(default_factory=list)
    lefts: list[Leaf] = field(default_factory=list)
    rights: list[Leaf] = field(default_factory=list)
    _made: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._bounded("source", "left", self.required, _ENDLESS)
        self.lefts = list(_leaves(self.splits[0].parts))
        self._tree("left", self.splits[0].parts, is_left=True)
        if len(self.splits) > 1:
            self.rights = list(_leaves(self.splits[1].parts))
            self._tree("sink", self.splits[1].parts, is_left=False)

    def allow_new(self) -> None:
        """Credits still to be earned may go anywhere, at a price."""
        for left, right in product(self.lefts, self._right_leaves()):
            self.news.append(self._arc(_node(left), _node(right), _ENDLESS, _NEW))

    def add(self, kinds: frozenset[str], amount: int) -> None:
        """Credits of a kind: in by any leaf that takes them, out by any of the other tree that does."""
        name = " ".join(sorted(kinds))
        for left in self.lefts:
            if _takes(left, kinds):
                for right in (leaf for leaf in self._right_leaves() if _takes(leaf, kinds)):
                    self._class(name, left, right)
        self._arc(f"in {name}", f"out {name}", amount, _OLD)

    @property
    def old(self) -> int:
        return sum(
            arc.flow for node, arcs in self.arcs.items() if node.startswith("in ") for arc in arcs if arc.cost < 0
        )

    @property
    def new(self) -> int:
        return sum(arc.flow for arc in self.news)

    def counted(self, part: Part) -> int:
        """Credits there are that count for a part."""
        return sum(arc.flow for arc in self.olds if part.id in arc.parts)

    def solve(self) -> None:
        """Send along the cheapest way as long as one pays: exact, because each step keeps the flow the cheapest of its
        size."""
        while way := self._cheapest():
            amount = min(arc.room for arc in way)
            for arc in way:
                assert arc.back is not None
                arc.room -= amount
                arc.back.room += amount

    def _cheapest(self) -> list[_Arc]:
        costs, by = {"source": 0}, dict[str, tuple[str, _Arc]]()
        waiting = deque(["source"])
        while waiting:
            node = waiting.popleft()
            for arc in self.arcs[node]:
                cost = costs[node] + arc.cost
                if arc.room and cost < costs.get(arc.to, _ENDLESS * _ENDLESS):
                    costs[arc.to], by[arc.to] = cost, (node, arc)
                    waiting.append(arc.to)
        if costs.get("sink", 0) >= 0:
            return []
        way, node = [], "sink"
        while node != "source":
            node, arc = by[node]
            way.append(arc)
        return way

    def _right_leaves(self) -> Sequence[Leaf]:
        return self.rights or [()]

    def _tree(self, root: str, parts: Sequence[Part], *, is_left: bool) -> None:
        for part in parts:
            ends = (root, part.id) if is_left else (part.id, root)
            most = _hundredths(part.most, None)
            self._bounded(*ends, _hundredths(part.least, self.required) or 0, _ENDLESS if most is None else most)
            self._tree(part.id, part.parts, is_left=is_left)

    def _class(self, name: str, left: Leaf, right: Leaf) -> None:
        for node, to, leaf in ((_node(left), f"in {name}", left), (f"out {name}", _node(right), right)):
            if (node, to) not in self._made:
                self._made.add((node, to))
                arc = self._arc(node, to, _ENDLESS, 0)
                arc.parts = frozenset(part.id for part in leaf)
                self.olds.append(arc)

    def _bounded(self, node: str, to: str, least: int, most: int) -> None:
        if least:
            self._arc(node, to, least, _LEAST)
        self._arc(node, to, most - least, 0)

    def _arc(self, node: str, to: str, room: int, cost: int) -> _Arc:
        there, back = _Arc(to, room, cost), _Arc(node, 0, -cost)
        there.back, back.back = back, there
        self.arcs.setdefault(node, []).append(there)
        self.arcs.setdefault(to, []).append(back)
        return there


def _node(leaf: Leaf) -> str:
    return leaf[-1].id if leaf else "sink"
