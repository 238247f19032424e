"""How the orders of `preceptor deliveries` tell: what they are about to do, what they did, and how to stop it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from adapters.cli.aligned import ago, aligned, things, utc
from bot.batches import BatchProgress
from bot.model.deliveries import State
from jobs.desk import Changed, Choice

IDS = 8
"""Deliveries named in one line."""


def retry_ahead(choice: Choice) -> list[str]:
    """What a retry is about to do."""
    return [*_ahead(choice, "send once more"), *_risk(choice), *_left(choice)]


def abandon_ahead(choice: Choice) -> list[str]:
    """What giving up is about to do."""
    return [*_ahead(choice, "give up"), *_left(choice)]


def _ahead(choice: Choice, what: str) -> Iterator[str]:
    if not choice.rows:
        yield f"There is nothing to {what}."
        return
    people, places = things(choice.people, "person", "people"), things(choice.workspaces, "workspace")
    yield f"To {what}: {things(len(choice.rows), 'message')} to {people} in {places}."


def _risk(choice: Choice) -> Iterator[str]:
    if choice.unsure:
        yield f"  {choice.unsure:,} may have arrived already, and so may arrive twice; a repeat says so to its reader."
    if choice.looked_for:
        yield f"  {choice.looked_for:,} of those are still being looked for: in a minute or two it may be known."


def _left(choice: Choice) -> Iterator[str]:
    for why, ids in choice.left.items():
        more = f" and {len(ids) - IDS:,} more" if len(ids) > IDS else ""
        yield f"  Left alone: {', '.join(map(str, ids[:IDS]))}{more}: {why}."


def retried(done: Changed, batch_id: int | None, lacks: str) -> list[str]:
    """What a retry did. `lacks` is the command to start when nobody delivers."""
    said = [f"{things(len(done.ids), 'message')} will go once more{f', as batch {batch_id}' if batch_id else ''}."]
    said += [
        f"  {count:,} had run out of time and may now be sent until {utc(until)}."
        for until, count in sorted(done.graced.items())
    ]
    said += _meanwhile(done)
    if lacks:
        said.append(f"  Nobody delivers at this moment: start `{lacks}`.")
    if batch_id:
        said += ["  Watch: preceptor deliveries batches", f"  Stop:  preceptor deliveries stop {batch_id}"]
    else:
        said += [f"  Watch: preceptor deliveries show {number}" for number in done.ids]
    return said


def abandoned(done: Changed) -> list[str]:
    """What giving up did."""
    return [f"{things(len(done.ids), 'message')} will not be sent.", *_meanwhile(done)]


def _meanwhile(done: Changed) -> list[str]:
    return [f"  {done.missed:,} changed meanwhile and were left alone."] if done.missed else []


def batches(found: Sequence[BatchProgress], places: Mapping[int, str], now: datetime) -> list[str]:
    """The batches, a line each."""
    if not found:
        return ["Nobody has started a batch."]
    heads = ("batch", "kind", "started", "by", "workspace", "sent", "waiting", "skipped", "failed", "unsure", "")
    rows: list[tuple[str, ...]] = [heads]
    rows += [_line(each, places, now) for each in found]
    running = [each.batch.id for each in found if each.is_running]
    stop = ["", f"To stop one midway: preceptor deliveries stop {running[0]}"] if running else []
    return [*aligned(rows, right=(0, 5, 6, 7, 8, 9)), *stop]


def _line(each: BatchProgress, places: Mapping[int, str], now: datetime) -> tuple[str, ...]:
    counts, batch = each.counts, each.batch
    state = "stopped" if batch.stopped_at else "under way" if each.is_running else "done"
    return (
        str(batch.id),
        batch.kind,
        ago(batch.started_at, now),
        batch.started_by,
        places.get(batch.tenant_id or 0, "several"),
        f"{counts[State.SENT]:,} of {each.total:,}",
        *(
            f"{number:,}"
            for number in (each.waiting, *(counts[s] for s in (State.SKIPPED, State.FAILED, State.UNSURE)))
        ),
        state,
    )


def stopped(each: BatchProgress, skipped: int) -> list[str]:
    """What stopping did."""
    counts = each.counts
    said = [
        f"Batch {each.batch.id} is stopped: {things(skipped, 'message')} will not be sent, {counts[State.SENT]:,} were."
    ]
    if counts[State.SENDING]:
        said.append(f"  {counts[State.SENDING]:,} are being sent at this moment; none of them is tried again.")
    return said
