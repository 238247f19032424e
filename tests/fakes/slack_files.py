"""The part of a strict local Slack that takes files: an address to put the bytes to, and the word that they are all
there, which shows them in a channel.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

Json = dict[str, Any]
CHANNEL = re.compile(r"[CGDZ][A-Z0-9]{8,}")
"""What `channel_id` must look like: the id of a person is refused."""


@dataclass
class Upload:
    """A file on its way."""

    name: str
    length: int
    content: bytes | None = None
    channel: str = ""
    """Where it was shown."""


class SlackFiles:
    """Uploads by their ids. `share`: shows a message in a channel, or says what is wrong with that."""

    def __init__(self, share: Callable[[Json], str | None]) -> None:
        self.url = ""
        self.uploads: dict[str, Upload] = {}
        self._share = share

    @property
    def shown(self) -> list[Upload]:
        return [upload for upload in self.uploads.values() if upload.channel]

    def methods(self) -> dict[str, Callable[[Json], Json]]:
        return {
            "files.getUploadURLExternal": self._get_url,
            "files.completeUploadExternal": self._complete,
        }

    def _get_url(self, asked: Json) -> Json:
        length = str(asked.get("length", ""))
        if not asked.get("filename") or not length.isdecimal() or int(length) < 1:
            return {"ok": False, "error": "invalid_arguments"}
        name = f"F0SAMPLE{len(self.uploads) + 1}"
        self.uploads[name] = Upload(asked["filename"], int(length))
        return {"ok": True, "upload_url": f"{self.url}/upload/{name}", "file_id": name}

    async def receive(self, request: web.Request) -> web.Response:
        """The bytes, as many as were announced, without a token."""
        upload, content = self.uploads[request.match_info["file"]], await request.read()
        if upload.content is not None or len(content) != upload.length or "Authorization" in request.headers:
            return web.Response(status=400, text="not what was announced")
        upload.content = content
        return web.Response(text=f"OK - {len(content)}")

    def _complete(self, asked: Json) -> Json:
        [file], channel = json.loads(asked["files"]), str(asked.get("channel_id", ""))
        upload = self.uploads.get(file["id"])
        if not CHANNEL.fullmatch(channel):
            return {"ok": False, "error": "invalid_arguments"}
        if upload is None or upload.content is None or upload.channel:
            return {"ok": False, "error": "file_not_found"}
        said = {"channel": channel, "text": asked.get("initial_comment", ""), "files": [{"id": file["id"]}]}
        if error := self._share(said):
            return {"ok": False, "error": error}
        upload.channel = channel
        return {"ok": True, "files": [{"id": file["id"], "title": file["title"]}]}
