"""How `preceptor deliveries show` tells the history of one delivery."""

from collections.abc import Iterator
from datetime import datetime

from adapters.cli.aligned import ago, aligned, things, utc
from bot.model.deliveries import Delivery, SendBatch, State
from jobs.desk import Listed


def history(each: Listed, batch: SendBatch | None, now: datetime) -> list[str]:
    """Everything the ledger holds about it, but for what its message was about; and what can be done."""
    row = each.delivery
    why = f": {row.reason}" if row.reason else ""
    facts = [*_whom(each), *_times(row, now), *_tries(row, now), *_ends(row, now), *_batch(batch)]
    return [f"Delivery {row.id} is {row.state}{why}", *aligned(facts, indent="  "), "", *_next(row, now)]


def _whom(each: Listed) -> Iterator[tuple[str, str]]:
    tenant = each.tenant
    name = f" ({tenant.name})" if tenant.name else ""
    yield "what", f"{each.delivery.kind}, slot {each.delivery.slot}"
    yield "to", f"member {each.member.user_id} of {tenant.platform}:{tenant.external_id}{name}"


def _times(row: Delivery, now: datetime) -> Iterator[tuple[str, str]]:
    yield "due", _moment(row.due_at, now)
    yield "expires", _moment(row.expires_at, now)


def _tries(row: Delivery, now: datetime) -> Iterator[tuple[str, str]]:
    last = f", the last begun {_moment(row.tried_at, now)}" if row.tried_at else ""
    yield "tries", f"{row.attempts}{last}" if row.attempts or last else "none yet"
    if row.claimed_by:
        yield "claimed by", row.claimed_by
    if row.lease_until:
        yield "lease", f"until {_moment(row.lease_until, now)}"
    if row.state == State.PENDING and row.retry_at:
        yield "next try", f"not before {_moment(row.retry_at, now)}"
    if row.queued_until:
        yield "queued", f"a worker has it as a job until {_moment(row.queued_until, now)}"
    if row.state == State.UNSURE:
        missed = f"{things(row.looks, 'look')} did not find it; " if row.looks else ""
        yield "looks", missed + (f"next {_moment(row.settle_at, now)}" if row.settle_at else "nobody looks for it")


def _ends(row: Delivery, now: datetime) -> Iterator[tuple[str, str]]:
    if row.sent_at:
        yield "sent", _moment(row.sent_at, now)
    if row.receipt:
        yield "receipt", row.receipt
    if row.recorded_at:
        yield "recorded", _moment(row.recorded_at, now)


def _batch(batch: SendBatch | None) -> Iterator[tuple[str, str]]:
    if batch:
        stopped = f", stopped {utc(batch.stopped_at)}" if batch.stopped_at else ""
        yield "batch", f"{batch.id}, {batch.kind}, started {utc(batch.started_at)} by {batch.started_by}{stopped}"


def _next(row: Delivery, now: datetime) -> Iterator[str]:
    match row.state:
        case State.SENT:
            yield "The platform took it. It is never sent twice."
        case State.FAILED | State.SKIPPED:
            yield f"To send it once more: preceptor deliveries retry {row.id}"
        case State.UNSURE:
            yield "It may have arrived." + (" It is still being looked for: best wait." if row.settle_at else "")
            yield f"To send it all the same, perhaps a second time: preceptor deliveries retry {row.id} --yes"
        case State.SENDING if row.lease_until and row.lease_until > now:
            yield "It is being sent at this moment."
        case State.SENDING:
            yield "Its process ended while it was being sent. Whoever delivers next finds out what became of it."
        case State.PENDING:
            yield f"It will be sent by itself. To give it up: preceptor deliveries abandon {row.id}"


def _moment(instant: datetime, now: datetime) -> str:
    return f"{utc(instant)} ({ago(instant, now)})"
