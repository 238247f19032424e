"""How a member stands with one credential: the period, what counts, what is left, and the pace that it takes. Pure;
asked by the `ce` command, by Home, and by the CE alerts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.mentoring.ce_counting import Count, Earned, count, hundredths
from bot.mentoring.ce_cycles import Certificate, Cycle, cycle_on
from content.credentials import CredentialRule

_DAYS_A_MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class Course:
    """What one course gave for this credential."""

    day: date
    amount: int
    """Hundredths of the rule's unit."""
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Holding:
    """A credential that a member holds."""

    rule: CredentialRule
    certificate: Certificate
    own_required: int | None = None
    """Hundredths, as the issuer told the member: it takes the place of the rule's number."""
    in_pool: int = 1
    """How many credentials of the rule's pool the member holds, this one among them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands on a day."""

    holding: Holding
    today: date
    cycle: Cycle | None
    """None: nobody can say which period this is."""
    required: int | None
    """Hundredths; None: not found, ask the issuer."""
    count: Count | None
    """None where no period or no number is known."""
    logged: int = 0
    """Hundredths logged in the period, whether they count or not."""
    carried: int = 0
    """Hundredths of them that came over from the period before."""
    prorated: bool = False
    """The member came during the period, and a published table gives the number."""

    @property
    def days_left(self) -> int | None:
        """Whole days to the last one; below 0 once it is over."""
        return (self.cycle.last - self.today).days if self.cycle else None

    @property
    def is_complete(self) -> bool:
        return self.count is not None and self.count.left == 0

    @property
    def left(self) -> int | None:
        """Hundredths still to earn, the fewest possible."""
        return self.count.left if self.count else None

    @property
    def pace(self) -> int | None:
        """Hundredths a month, rounded up to a tenth; None where there is nothing left or no time."""
        if not self.count or not self.count.left or self.days_left is None or self.days_left < 0:
            return None
        months = max(1.0, (self.days_left + 1) / _DAYS_A_MONTH)
        return -int(-self.count.left / months // 10) * 10

    @property
    def is_behind(self) -> bool:
        """A quarter of the period is over, and what is left takes half as much again as an even pace would have."""
        if not self.count or not self.cycle or not self.required or not self.count.left:
            return False
        whole = (self.cycle.last - self.cycle.first).days + 1
        over = (self.today - self.cycle.first).days
        ahead = whole - over
        return 4 * over >= whole and ahead > 0 and 2 * self.count.left * whole > 3 * self.required * ahead

    @property
    def grace_until(self) -> date | None:
        """The last day on which the issuer may still help."""
        grace = self.holding.rule.grace
        return self.cycle.last + timedelta(days=grace.days) if self.cycle and grace else None


def standing(holding: Holding, courses: Iterable[Course], today: date) -> Standing:
    """How a credential stands on the member's own day."""
    known = sorted(courses, key=lambda course: course.day)
    certificate = _with_done(holding, known)
    cycle = cycle_on(holding.rule.cycle, certificate, today)
    if cycle is None:
        return Standing(holding, today, None, required_in(holding, None), None)
    return _in_cycle(holding, known, today, cycle)


def _in_cycle(holding: Holding, courses: Sequence[Course], today: date, cycle: Cycle) -> Standing:
    required = required_in(holding, cycle)
    within = [course for course in courses if _is_within(holding, cycle, course)]
    carried = _carried(holding, courses, cycle)
    logged = sum(course.amount for course in within)
    counted = None
    if required is not None:
        earned = [Earned(course.amount, course.kinds) for course in within]
        counted = count(holding.rule, required, [*earned, Earned(carried)])
    prorated = holding.own_required is None and _prorated(holding, cycle) is not None
    return Standing(holding, today, cycle, required, counted, logged, carried, prorated)


def _is_within(holding: Holding, cycle: Cycle, course: Course) -> bool:
    """What is done again begins a period; it does not fill it."""
    begins = holding.rule.unit == "completion" and course.day == cycle.first
    return cycle.holds(course.day) and not begins


def _with_done(holding: Holding, courses: Sequence[Course]) -> Certificate:
    if holding.rule.unit != "completion":
        return holding.certificate
    held = holding.certificate
    return Certificate(held.earned, held.expires, held.month, tuple(course.day for course in courses))


def required_in(holding: Holding, cycle: Cycle | None) -> int | None:
    """Hundredths asked in a period: what the issuer told the member, else a published table for those who came later,
    else the rule's number; None where none was found.
    """
    rule = holding.rule
    if holding.own_required is not None:
        return holding.own_required
    if rule.required is None:
        return None
    if cycle and (prorated := _prorated(holding, cycle)) is not None:
        return prorated
    if rule.totals and holding.in_pool > 1:
        return hundredths(rule.totals[min(holding.in_pool - 2, len(rule.totals) - 1)])
    return hundredths(rule.required)


def _prorated(holding: Holding, cycle: Cycle) -> int | None:
    """By the table, for the period in which the credential was earned."""
    earned, proration = holding.certificate.earned, holding.rule.proration
    if earned is None or proration is None or not proration.table or not cycle.holds(earned):
        return None
    if earned <= cycle.whole_first:
        return None
    month = (earned.year - cycle.whole_first.year) * 12 + earned.month - cycle.whole_first.month + 1
    step = next((step for step in proration.table if month <= step.until_month), None)
    return int(step.amount * 100) if step else None


def _carried(holding: Holding, courses: Sequence[Course], cycle: Cycle) -> int:
    """The surplus of the period before, as far as the issuer takes it over."""
    carry = holding.rule.carry_over
    if carry is None or not carry.most:
        return 0
    before = cycle_on(holding.rule.cycle, holding.certificate, cycle.first - timedelta(days=1))
    if before is None or (required := required_in(holding, before)) is None:
        return 0
    earned = [Earned(course.amount, course.kinds) for course in courses if before.holds(course.day)]
    counted = count(holding.rule, required, earned)
    return 0 if counted.left else min(int(carry.most * 100), counted.counted - required)
