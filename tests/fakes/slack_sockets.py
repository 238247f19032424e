"""The local Slack's side of Socket Mode: hands out addresses, greets, sends envelopes, and hears what comes back."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Json = dict[str, Any]

APP_TOKEN = "xapp-sample-token"


@dataclass(eq=False)
class Peer:
    """One connection of the mentor's."""

    ws: web.WebSocketResponse
    request: web.Request
    heard: list[Json] = field(default_factory=list)
    """What came back, in order."""

    async def send(self, message: Mapping[str, Any]) -> None:
        await self.ws.send_json(message)

    async def bring(self, kind: str, payload: Json, envelope_id: str) -> None:
        """A request, in its envelope."""
        accepts = kind != "events_api"
        envelope = {"type": kind, "envelope_id": envelope_id, "accepts_response_payload": accepts, "payload": payload}
        await self.send(envelope)

    def answer(self, envelope_id: str) -> Json | None:
        return next((each for each in self.heard if each["envelope_id"] == envelope_id), None)

    def cut(self) -> None:
        assert self.request.transport is not None
        self.request.transport.abort()


@dataclass
class Sockets:
    """Every connection, the newest last. A ticket opens one connection."""

    changed: asyncio.Event
    url: str = ""
    tickets: set[str] = field(default_factory=set)
    peers: list[Peer] = field(default_factory=list)
    open: set[Peer] = field(default_factory=set)

    def opened(self, authorization: str) -> Json:
        """What apps.connections.open gives."""
        if authorization != f"Bearer {APP_TOKEN}":
            return {"ok": False, "error": "invalid_auth" if authorization else "not_authed"}
        ticket = f"ticket-{len(self.peers)}-{len(self.tickets)}"
        self.tickets.add(ticket)
        return {"ok": True, "url": f"{self.url.replace('http', 'ws', 1)}/socket?ticket={ticket}"}

    async def connected(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("ticket") not in self.tickets:
            return web.Response(status=403)
        self.tickets.discard(request.query["ticket"])
        ws = web.WebSocketResponse()
        await ws.prepare(request)
        peer = Peer(ws, request)
        await peer.send({"type": "hello", "num_connections": len(self.open) + 1, "connection_info": {"app_id": "A0"}})
        self.peers.append(peer)
        self.open.add(peer)
        self.changed.set()
        async for message in ws:
            peer.heard.append(message.json())
            self.changed.set()
        self.open.discard(peer)
        self.changed.set()
        return ws
