"""What a run of chaos consists of: how much, how long, and what goes wrong when. `tests.chaos.run` carries it out."""

from dataclasses import dataclass, field

from tests.chaos.mishaps import Rules


@dataclass(frozen=True)
class Event:
    """Something that happens once a share of all messages has arrived."""

    share: float
    what: str
    """A stretch of the platform ("storm", "broken", "cut", "refused"), "stall", "postgres", "opt-out" or "members"."""
    seconds: float = 0.0
    workspaces: int = 0
    """How many it hits, the first ones; 0: all."""


SHORT = (
    Event(0.1, "storm", 1.0, workspaces=2),
    Event(0.2, "postgres", 0.2),
    Event(0.3, "opt-out"),
    Event(0.5, "broken", 0.15),
)
FULL = (
    Event(0.05, "opt-out"),
    Event(0.10, "storm", 15, workspaces=10),
    Event(0.15, "postgres", 0.5),
    Event(0.20, "stall", 40),
    Event(0.25, "members"),
    Event(0.30, "cut", 3),
    Event(0.40, "refused", 8),
    Event(0.45, "postgres", 2.0),
    Event(0.50, "members"),
    Event(0.55, "broken", 10, workspaces=5),
    Event(0.60, "stall", 40),
    Event(0.65, "storm", 10),
    Event(0.75, "postgres", 5.0),
    Event(0.80, "broken", 3),
)
"""Four hard minutes of a platform's year."""


@dataclass(frozen=True)
class Plan:
    """One run on one engine."""

    engine: str
    """"sqlite" (embedded: one process delivers) or "postgresql" (distributed: `serve` plans, workers deliver)."""
    deliveries: int = 20_000
    kills: int = 200
    workspaces: int = 20
    serves: int = 2
    """Processes that plan and serve; on SQLite it is one."""
    workers: int = 4
    """On PostgreSQL."""
    seed: int = 1
    program: str = "preceptor"
    """Or "victim": the same with shorter waits (see `tests.chaos.victim`)."""
    real_share: float = 0.1
    """How many processes are started as the installed program, imports and all, not forked."""
    rules: Rules = field(default_factory=Rules)
    events: tuple[Event, ...] = FULL
    parts: tuple[float, ...] = (0.6, 0.2, 0.2)
    """Members are added in parts, so that there is planning to disturb more than once: the first at the beginning, the
    others when their event comes."""
    tick_every: tuple[float, float] = (15.0, 25.0)
    """Seconds from one `tick`, the second planner, to the next, at least and at most."""
    least_pause: float = 1.0
    """Seconds between kills, on average, at least: a process needs a while to begin."""
    patience: float = 1800.0
    """Seconds after which what is still open counts as lost."""

    @property
    def minimum(self) -> float:
        """Seconds that the limits of the platform demand for all messages, nothing going wrong."""
        return self.deliveries / self.workspaces / self.rules.per_minute * 60


def short(engine: str) -> Plan:
    """Some seconds of it, for `make test`: our waits are a tenth, and so is the platform's lag."""
    rules = Rules(
        per_minute=600,
        reads_per_minute=600,
        per_channel=0.5,
        lag=2.5,
        latency=0.05,
        slowest=0.6,
        too_late=1.3,
        behind=0.3,
        reads_go_wrong=False,
    )
    return Plan(
        engine,
        deliveries=120,
        kills=4,
        workspaces=4,
        serves=1,
        workers=2,
        program="victim",
        real_share=0.0,
        rules=rules,
        events=SHORT,
        parts=(1.0,),
        tick_every=(3600.0, 3600.0),
        least_pause=0.7,
        patience=300.0,
    )
