"""How `preceptor deliveries` tells: short lines, one below the other, and what to do next. Knows no database."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from adapters.cli.aligned import ago, aligned, span, things, utc
from bot.batches import BatchProgress
from bot.model.deliveries import Delivery, State
from bot.model.people import Tenant
from jobs.desk import Listed
from jobs.health import Health, Stuck

REASONS = 5
"""Reasons shown of each state."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What the bare command tells."""

    health: Health
    stuck: Stuck | None
    """The one that is overdue for longest."""
    counts: Counter[tuple[State, str]]
    running: Sequence[BatchProgress]
    deliverer: str
    """Empty when nobody delivers."""
    starts: str
    """The command that would."""

    @property
    def states(self) -> dict[State, int]:
        return {state: sum(n for (each, _), n in self.counts.items() if each is state) for state in State}

    @property
    def waiting(self) -> int:
        return sum(self.states[state] for state in (State.PENDING, State.SENDING)) + self.unsettled

    @property
    def unsettled(self) -> int:
        return min(self.health.unsettled, self.states[State.UNSURE])


def overview(now: Overview) -> list[str]:
    return [*_alarm(now), *aligned(list(_counts(now)), right=(1,)), "", *_remarks(now), *_next_steps(now)]


def _alarm(now: Overview) -> Iterator[str]:
    if now.stuck is None:
        yield "Nothing is overdue."
        yield _delivering(now)
    else:
        row, number = now.stuck.delivery, things(now.health.overdue, "message")
        word = click.style("OVERDUE", fg="red", bold=True)
        yield f"{word}  {number} could go and did not move, one for {span(now.health.oldest)}:"
        yield f"         delivery {row.id}, {row.kind}, to {_place(now.stuck.tenant)}, {_stands(row)}"
        yield f"         {_delivering(now)}"
    yield ""


def _stands(row: Delivery) -> str:
    match row.state:
        case State.PENDING:
            return f"due {utc(row.due_at)}"
        case State.SENDING:
            return "left behind while it was being sent"
        case _:
            return "unsure, and nobody has looked for it"


def _delivering(now: Overview) -> str:
    if now.deliverer:
        return (
            f"{now.deliverer[:1].upper()}{now.deliverer[1:]} {'deliver' if 'workers' in now.deliverer else 'delivers'}."
        )
    return f"Nobody delivers: start `{now.starts}`." if now.waiting else "Nobody delivers, and nothing waits."


def _counts(now: Overview) -> Iterator[tuple[str, str, str]]:
    yield "state", "number", "reason"
    for state, total in now.states.items():
        reasons = Counter({reason: n for (each, reason), n in now.counts.items() if each is state and reason})
        shown = reasons.most_common(REASONS)
        is_plain = len(reasons) == 1 and reasons.total() == total
        yield state, f"{total:,}", shown[0][0] if is_plain else ""
        for reason, n in () if is_plain else shown:
            yield "", f"{n:,}", reason
        if rest := len(reasons) - len(shown):
            yield "", f"{reasons.total() - sum(n for _, n in shown):,}", things(rest, "other reason")


def _remarks(now: Overview) -> Iterator[str]:
    if unsure := now.states[State.UNSURE]:
        stays = unsure - now.unsettled
        known = "; nobody can tell whether they arrived" if stays else ""
        yield f"unsure   {now.unsettled:,} still being looked for, {stays:,} left as they are{known}"
    for each in now.running:
        yield f"batch    {each.batch.id} is under way: {each.counts[State.SENT]:,} of {each.total:,} sent"


def _next_steps(now: Overview) -> Iterator[str]:
    if now.stuck:
        yield f"next     preceptor deliveries show {now.stuck.delivery.id}"
    for state in (State.FAILED, State.UNSURE):
        if now.states[state]:
            yield f"next     preceptor deliveries list --state {state}"


def overview_json(now: Overview) -> dict[str, Any]:
    reasons: dict[str, dict[str, int]] = {}
    for (state, reason), n in now.counts.items():
        reasons.setdefault(state, {})[reason] = n
    longest = now.stuck and {
        "id": now.stuck.delivery.id,
        "kind": now.stuck.delivery.kind,
        "workspace": short(now.stuck.tenant),
        "state": now.stuck.delivery.state,
        "due_at": now.stuck.delivery.due_at.isoformat(),
    }
    return {
        "at": now.health.at.isoformat(),
        "states": now.states,
        "reasons": reasons,
        "overdue": now.health.overdue,
        "overdue_seconds": int(now.health.oldest.total_seconds()),
        "overdue_longest": longest,
        "unsure_looked_for": now.unsettled,
        "unsure_left": now.states[State.UNSURE] - now.unsettled,
        "batches_running": [each.batch.id for each in now.running],
        "delivered_by": now.deliverer or None,
    }


def several(found: Sequence[Listed], number: int, now: datetime) -> list[str]:
    if not found:
        return ["There are no such deliveries."]
    rows = [("id", "state", "due", "kind", "workspace", "member", "tries", "reason")]
    rows += [
        (
            str(each.delivery.id),
            each.delivery.state,
            ago(each.delivery.due_at, now),
            each.delivery.kind,
            short(each.tenant),
            each.member.user_id,
            str(each.delivery.attempts),
            each.delivery.reason,
        )
        for each in found
    ]
    more = "" if len(found) == number else f" Show more with --limit {number}."
    return [*aligned(rows, right=(0, 6)), "", f"{len(found):,} of {things(number, 'delivery', 'deliveries')}.{more}"]


def one_json(each: Listed) -> dict[str, Any]:
    """The row whole, but for what its message was about."""
    row = each.delivery.model_dump(exclude={"content", "tenant_id", "member_id", "state"})
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
    whom = {"workspace": short(each.tenant), "member": each.member.user_id}
    return {**plain, "state": each.delivery.state, **whom}


def short(tenant: Tenant) -> str:
    """As --tenant takes it."""
    return f"{tenant.platform}:{tenant.external_id}"


def _place(tenant: Tenant) -> str:
    return f"{short(tenant)} ({tenant.name})" if tenant.name else short(tenant)
