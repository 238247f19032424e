"""The fake platform's memory of its conversations: what can be read back, page by page, once its lag is over. Used by
`tests.chaos.platform` alone.
"""

import itertools
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BOT = "U0MENTOR1"
CHATTY_ONE_IN = 8
"""In one conversation of so many the member writes a lot after each message of ours, so that it is on a later page."""
CHATTER = 20

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a conversation."""

    stamp: float
    """The platform's timestamp, by its own clock."""
    seen_from: float
    """When it can be read back, by the same clock."""
    user: str
    metadata: Mapping[str, Any] | None = None

    @property
    def ts(self) -> str:
        return f"{self.stamp:.6f}"

    def drawn(self, *, with_metadata: bool) -> Json:
        drawn: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": "…"}
        if self.user == BOT:
            drawn["bot_id"] = "B0MENTOR1"
        if with_metadata and self.metadata:
            drawn["metadata"] = self.metadata
        return drawn


class Conversations:
    """Every conversation, by its channel id."""

    def __init__(self) -> None:
        self._said: defaultdict[str, list[Said]] = defaultdict(list)
        self._number = itertools.count(1)

    def take(self, channel: str, metadata: Mapping[str, Any] | None, now: float, lag: float) -> str:
        """Keep a message of ours; returns its timestamp."""
        # Whole microseconds that no other message has, as Slack's are unique within a channel.
        stamp = int(now * 1000) / 1000 + next(self._number) % 1000 / 1_000_000
        said = Said(stamp, now + lag, BOT, metadata)
        self._said[channel].append(said)
        if zlib.crc32(channel.encode()) % CHATTY_ONE_IN == 0:
            chatter = (Said(stamp + number / 100, now, "U0SOMEBODY") for number in range(1, CHATTER + 1))
            self._said[channel].extend(chatter)
        return said.ts

    def page(self, channel: str, asked: Mapping[str, Any], longest: int, now: float) -> Json:
        """What conversations.history answers, newest first."""
        oldest = float(asked.get("oldest") or 0)
        is_inclusive = str(asked.get("inclusive", "")).lower() in ("1", "true")
        before = float(urlsafe_b64decode(str(asked["cursor"]))) if asked.get("cursor") else float("inf")
        seen = [
            said
            for said in self._said.get(channel, ())
            if said.seen_from <= now
            and said.stamp < before
            and (said.stamp > oldest or (is_inclusive and said.stamp == oldest))
        ]
        seen.sort(key=lambda said: said.stamp, reverse=True)
        page = seen[: min(int(asked.get("limit") or longest), longest)]
        more = len(seen) > len(page)
        with_metadata = str(asked.get("include_all_metadata", "")).lower() in ("1", "true")
        answer: Json = {
            "ok": True,
            "messages": [said.drawn(with_metadata=with_metadata) for said in page],
            "has_more": more,
        }
        if more:
            answer["response_metadata"] = {"next_cursor": urlsafe_b64encode(page[-1].ts.encode()).decode()}
        return answer
