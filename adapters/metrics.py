"""What monitoring reads at /metrics: counts that name no workspace and no person. Added by `adapters.server`.

What is not final is counted in the ledger, seldom (`jobs.watch`); what became final is counted by this process as it
happens, so that a scrape costs the same whatever the ledger holds.
"""

import platform
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from hmac import compare_digest
from importlib.metadata import version
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from bot.errors import DatabaseOutOfReach
from bot.model.deliveries import State
from bot.web_addresses import is_loopback
from jobs.health import Health
from jobs.watch import Watch

_FORWARDED = ("x-forwarded", "forwarded", "x-real-ip", "via", "x-client-ip", "true-client-ip", "cf-connecting-ip")
"""How the headers begin by which a proxy says that somebody else is asking."""
_REFUSED = (
    "Metrics are for programs on this machine, and for those that send the header `Authorization: Bearer …` "
    "with the METRICS_TOKEN of this server.\n"
)
_PARTICULAR = re.compile(r"[:;(.].*|(?<=paused) until.*|(?<=ended by) .*", re.DOTALL)
"""What tells one case from another of the same reason: a date, a name, an error."""


class Metrics(Collector):
    """Draws the numbers of one process. Refreshed before each scrape, because drawing cannot wait."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._health: Health | None = None
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    async def text(self) -> bytes:
        """The numbers of this moment in the text format."""
        try:
            self._health = await self._watch.health()
        except DatabaseOutOfReach:
            self._health = None
        return generate_latest(self._registry)

    def describe(self) -> Iterator[Metric]:
        """Nothing: the names stand in what is collected."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        yield _build()
        up = "Whether the database could be read."
        yield GaugeMetricFamily("preceptor_database_up", up, value=self._health is not None)
        if self._health:
            yield from _ledger(self._health)
        yield _sent(self._watch.tally)
        yield from _planner(self._watch)
        yield _beats(self._watch)


def _build() -> Metric:
    build = GaugeMetricFamily("preceptor_build_info", "The version that runs; always 1.", labels=("version", "python"))
    build.add_metric((version("preceptor"), platform.python_version()), 1)
    return build


def _ledger(health: Health) -> Iterator[Metric]:
    said = "Deliveries that are not final: pending, sending, or unsure and still being looked for."
    open_now = GaugeMetricFamily("preceptor_deliveries", said, labels=("state", "kind", "reason"))
    counts: Counter[tuple[str, str, str]] = Counter()
    for group in health.groups:
        counts[group.state, group.kind, reason_class(group.reason)] += group.number
    for labels, number in sorted(counts.items()):
        open_now.add_metric(labels, number)
    yield open_now
    said = "Deliveries that could go and have not moved for 15 minutes."
    yield GaugeMetricFamily("preceptor_deliveries_overdue", said, value=health.overdue)
    said = "How long the longest of those has not moved; 0 when there is none."
    yield GaugeMetricFamily("preceptor_deliveries_overdue_seconds", said, value=health.oldest.total_seconds())
    said = "Deliveries that may have arrived and are still being looked for."
    yield GaugeMetricFamily("preceptor_deliveries_unsettled", said, value=health.unsettled)


def _sent(tally: Mapping[tuple[State, str], int]) -> Metric:
    said = "Deliveries that this process ended, by how they ended."
    ended = CounterMetricFamily("preceptor_deliveries_ended", said, labels=("state", "reason"))
    counts: Counter[tuple[str, str]] = Counter({(state.value, ""): 0 for state in (State.SENT, State.FAILED)})
    for (state, reason), number in tally.items():
        counts[State(state).value, reason_class(reason)] += number
    for labels, number in sorted(counts.items()):
        ended.add_metric(labels, number)
    return ended


def _planner(watch: Watch) -> Iterator[Metric]:
    planned = CounterMetricFamily(
        "preceptor_deliveries_planned", "Deliveries planned by this process.", labels=("kind",)
    )
    for kind, number in sorted(watch.plans.items()):
        planned.add_metric((kind,), number)
    yield planned
    if watch.planned_at:
        age = (watch.now - watch.planned_at).total_seconds()
        said = "Seconds since this process last looked who is due; absent where it does not plan."
        yield GaugeMetricFamily("preceptor_planner_look_age_seconds", said, value=max(age, 0.0))
        said = "Whether that look was lately, and went well for every kind."
        yield GaugeMetricFamily("preceptor_planner_works", said, value=watch.planning_works)


def _beats(watch: Watch) -> Metric:
    said = "Heartbeats sent to HEARTBEAT_URL, by whether they were heard."
    beats = CounterMetricFamily("preceptor_heartbeats", said, labels=("outcome",))
    for outcome, heard in (("heard", True), ("lost", False)):
        beats.add_metric((outcome,), watch.beats[heard])
    return beats


def reason_class(reason: str) -> str:
    """A reason without what tells one case from another, so that there are few of them: "paused", "closed"."""
    return _PARTICULAR.sub("", reason).strip().lower()[:60]


def may_read(request: web.Request, token: str | None) -> bool:
    """Whether a request comes from this machine itself, or brings the token.

    A proxy on this machine asks for others: what bears its marks, or names another host, needs the token too.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if token and scheme.lower() == "bearer" and compare_digest(_bytes(given.strip()), _bytes(token)):
        return True
    is_forwarded = any(name.lower().startswith(_FORWARDED) for name in request.headers)
    return not is_forwarded and _is_near(request.remote) and _names_this_machine(request.host)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _is_near(address: str | None) -> bool:
    try:
        peer = ip_address(address or "")
    except ValueError:
        return False
    return (getattr(peer, "ipv4_mapped", None) or peer).is_loopback


def _names_this_machine(host: str) -> bool:
    try:
        return is_loopback(f"http://{host}")
    except ValueError:
        return False


def metrics_route(watch: Watch, token: str | None) -> web.RouteDef:
    """GET /metrics."""
    metrics = Metrics(watch)

    async def answer(request: web.Request) -> web.Response:
        if not may_read(request, token):
            return web.Response(status=403, text=_REFUSED)
        return web.Response(body=await metrics.text(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    return web.get("/metrics", answer)
