"""The part of a strict local Teams that handles files: the cards that ask for consent and show what was saved, and the
store where an agreed file goes.
"""

from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]
CONSENT = "application/vnd.microsoft.teams.card.file.consent"
INFO = "application/vnd.microsoft.teams.card.file.info"
_CONTENTS = {
    CONSENT: {"description": str, "sizeInBytes": int, "acceptContext": dict, "declineContext": dict},
    INFO: {"uniqueId": str, "fileType": str},
}


def file_card_faults(attachment: Json) -> str:
    """Why Teams would not show an attachment that is no Adaptive Card; empty where it would."""
    kind, content = attachment.get("contentType", ""), attachment.get("content")
    if kind not in _CONTENTS or not isinstance(content, dict) or not attachment.get("name"):
        return "no known attachment"
    if {name: type(value) for name, value in content.items()} != _CONTENTS[kind]:
        return "a file card of another shape"
    return "" if kind == CONSENT or attachment.get("contentUrl") else "a file card that leads nowhere"


@dataclass
class FileStore:
    """Somebody's OneDrive. Each upload address takes one whole file, once."""

    url: str = ""
    kept: dict[str, bytes] = field(default_factory=dict)
    refuses: int = 0
    """A status to answer with, in place of taking anything."""

    def place(self, name: str) -> Json:
        """What Teams tells once somebody has agreed."""
        shown = f"https://sample.sharepoint.com/personal/{name}"
        upload = f"{self.url}/store/{name}"
        return {
            "contentUrl": shown,
            "name": name,
            "uploadUrl": upload,
            "uniqueId": f"unique-{name}",
            "fileType": "json",
        }

    async def receive(self, request: web.Request) -> web.Response:
        name, content = request.match_info["name"], await request.read()
        whole = f"bytes 0-{len(content) - 1}/{len(content)}"
        if self.refuses:
            return web.Response(status=self.refuses)
        if name in self.kept or request.headers.get("Content-Range") != whole or "Authorization" in request.headers:
            return web.Response(status=400)
        self.kept[name] = content
        return web.Response(status=201)
