"""The namespace `/wallboard`: a `snapshot` of the watcher's queues, then a numbered `delta` about once a second.

Counted once for all who watch at this node, and only while somebody does. A delta comes although nothing changed: that is how
a screen knows that its figures are of now. Each node tells its own sockets and nobody else's.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from socketio.exceptions import ConnectionRefusedError as Refused  # type: ignore[import-untyped]

from config.logs import logger
from contact_center.clock import Clock, monotonic, to_micros
from contact_center.db import Database, DatabaseUnavailable
from contact_center.errors import NotSignedIn
from contact_center.realtime.rooms import StaffSignIn
from contact_center.realtime.transport import let_go
from contact_center.reports.wallboard_view import SEE, Look, within
from contact_center.web import Principal

NAMESPACE = "/wallboard"
EVERY = 1.0
SOONEST = 0.2
"""Seconds between two counts, however often somebody comes or asks."""
SHARE = 9
"""Pauses last this many times as long as the counting before them: a long day's figures come less often, at no more cost."""
CHECK_SECONDS = 15.0
Figures = dict[str, dict[str, Any]]
"""queue id -> what is shown of it."""
log = logger(__name__)


@dataclass(slots=True)
class Watcher:
    """One screen: whose, and what it was told last. `number` is that of the last telling, 0 when a snapshot is due."""

    sid: str
    request: web.Request
    principal: Principal
    checked: float
    number: int = 0
    known: Figures = field(default_factory=dict)


class Wall:
    """Registers itself on the socket server; `run` tells."""

    def __init__(
        self, server: Any, *, database: Database, clock: Clock, sign_in: StaffSignIn, look: Look, target: float
    ) -> None:
        self._target = target
        self._server, self._database, self._clock = server, database, clock
        self._sign_in, self._look = sign_in, look
        self._watchers: dict[str, Watcher] = {}
        self._bell = asyncio.Event()
        server.on("connect", self._connect, namespace=NAMESPACE)
        server.on("disconnect", self._disconnect, namespace=NAMESPACE)
        server.on("snapshot", self._again, namespace=NAMESPACE)

    def __len__(self) -> int:
        return len(self._watchers)

    def rights_changed(self) -> None:
        """Rights, queues or sessions changed somewhere: everybody is asked again before they are told anything more."""
        for watcher in self._watchers.values():
            watcher.checked = -CHECK_SECONDS

    async def run(self) -> None:
        """Count and tell, until cancelled."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            began = monotonic()
            try:
                await self.tell()
            except DatabaseUnavailable:
                log.info("the wallboard waits for the database")  # its screens see their figures grow old
            except Exception:
                log.exception("the wallboard could not be told")
            await asyncio.sleep(SOONEST)
            pause = max(EVERY, SHARE * (monotonic() - began - SOONEST)) - SOONEST
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._bell.wait(), pause)
            if self._watchers:
                self._bell.set()

    async def tell(self) -> None:
        """Tell everybody once. Raises `DatabaseUnavailable`."""
        for watcher in list(self._watchers.values()):
            await self._check(watcher)
        watchers = list(self._watchers.values())
        if not watchers:
            return
        now = self._clock.now()
        async with self._database.read() as session:
            found = await self._look(session, _union([within(one.principal) for one in watchers]), now)
        figures = {queue.queue.id: queue.model_dump(mode="json") for queue in found}
        for watcher in watchers:
            await self._tell(watcher, figures, to_micros(now))

    async def _tell(self, watcher: Watcher, figures: Figures, version: int) -> None:
        seen = within(watcher.principal)
        mine = {key: shown for key, shown in figures.items() if seen is None or key in seen}
        body: dict[str, Any] = {"entity": "wallboard", "id": watcher.principal.user_id, "version": version}
        if watcher.number == 0:
            event, body["queues"] = "snapshot", list(mine.values())
            body["target"] = self._target
        else:
            event = "delta"
            body["queues"] = [shown for key, shown in mine.items() if watcher.known.get(key) != shown]
            body["gone"] = sorted(watcher.known.keys() - mine.keys())
        watcher.number += 1
        watcher.known = mine
        await self._emit(watcher.sid, event, {**body, "number": watcher.number})

    async def _emit(self, sid: str, event: str, body: Mapping[str, Any]) -> None:
        await self._server.emit(event, body, to=sid, namespace=NAMESPACE, ignore_queue=True)

    async def _check(self, watcher: Watcher) -> None:
        """Whoever may look no longer is told so and let go."""
        if monotonic() - watcher.checked < CHECK_SECONDS:
            return
        principal = await self._who(watcher.request)
        if principal is not None and principal.user_id == watcher.principal.user_id:
            watcher.principal, watcher.checked = principal, monotonic()
            return
        self._watchers.pop(watcher.sid, None)
        ended = {"entity": "session", "id": watcher.sid, "version": 0, "reason": "session_ended"}
        await self._emit(watcher.sid, "session.ended", ended)
        await let_go(self._server.disconnect(watcher.sid, namespace=NAMESPACE))

    async def _who(self, request: web.Request) -> Principal | None:
        """Somebody who is signed in here and may see figures."""
        try:
            principal = await self._sign_in.authenticate(request)
        except NotSignedIn:
            return None
        allowed = principal is not None and principal.session_id is not None and principal.reach(SEE) is not None
        return principal if allowed else None

    async def _connect(self, sid: str, environ: Mapping[str, Any], _: Any = None) -> None:
        request = environ["aiohttp.request"]
        try:
            principal = await self._who(request)
        except DatabaseUnavailable:
            raise Refused("unavailable") from None
        if principal is None:
            raise Refused("not_signed_in")
        self._watchers[sid] = Watcher(sid, request, principal, monotonic())
        self._bell.set()

    async def _disconnect(self, sid: str, _: Any = None) -> None:
        self._watchers.pop(sid, None)

    async def _again(self, sid: str, *_: Any) -> dict[str, Any]:
        """A screen that missed a number asks for everything."""
        watcher = self._watchers.get(sid)
        if watcher is None:
            return {"ok": False, "code": "not_signed_in"}
        watcher.number = 0
        self._bell.set()
        return {"ok": True}


def _union(all_seen: Sequence[Sequence[str] | None]) -> Sequence[str] | None:
    """The queues that any of these sees; None when somebody sees all."""
    some = [seen for seen in all_seen if seen is not None]
    return sorted({key for seen in some for key in seen}) if len(some) == len(all_seen) else None
