"""The part of the local Slack that tells of people: who wants no disturbance."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
NONE = {"dnd_enabled": False, "next_dnd_start_ts": 1, "next_dnd_end_ts": 1}


@dataclass
class FakeDnd:
    """What dnd.teamInfo knows."""

    statuses: dict[str, Json] = field(default_factory=dict)
    asked: list[list[str]] = field(default_factory=list)
    """Whom each call named."""

    def team_info(self, given: Json) -> Json:
        users = str(given.get("users") or "").split(",")
        if users == [""]:
            return {"ok": False, "error": "no_users_provided"}
        if len(users) > 50:
            return {"ok": False, "error": "too_many_users"}
        self.asked.append(users)
        return {"ok": True, "users": {user: self.statuses.get(user, NONE) for user in users}, "cached": True}
