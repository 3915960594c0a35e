"""Composition: every part made once, wired by hand, started and stopped in order. Nothing here decides anything.

`build()` makes a `Server` from settings; the command line and the tests start and stop it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat.routes import visitor_routes
from channels.chat.service import ChatService
from channels.email.glance import glance
from channels.email.service import EmailService
from channels.email.system_mail import SystemMailer
from channels.sms.service import SmsService
from channels.voice.routes import voice_routes
from channels.voice.service import VoiceService
from config.logs import logger
from config.settings import Settings
from contact_center.accounts import assembly
from contact_center.agents import actions as agent_actions
from contact_center.background import Background, now_and_then, quietly, stopped
from contact_center.bell import Bell
from contact_center.canned.saying import saying
from contact_center.channel import AccountSettings, Channel, ChannelKind
from contact_center.clock import Clock, monotonic
from contact_center.db import Database, Leases, Notes
from contact_center.deliver import Deliver
from contact_center.demo import Demo
from contact_center.events import Announcer, Event
from contact_center.files import FileStore
from contact_center.heavy import Heavy
from contact_center.intake.door import Intake
from contact_center.intake.parked_routes import parked_routes
from contact_center.interactions.account_routes import account_routes
from contact_center.interactions.accounts import settings_of
from contact_center.interactions.models import ChannelAccount
from contact_center.jobs import JobRunner
from contact_center.plain_routes import PLAIN
from contact_center.queues.profiles import AgentProfiles
from contact_center.realtime import Realtime
from contact_center.realtime.wall import Wall
from contact_center.reports.wallboard_routes import wallboard_routes
from contact_center.reports.wallboard_view import looking
from contact_center.sealing import Sealer
from contact_center.surveys.asking import Asking, asking_kind
from contact_center.surveys.page import SurveyPage
from contact_center.tokens import Tokens
from contact_center.web import Operation, Principal, Routes
from contact_center.web.docs_page import DocsPage
from contact_center.web.health import Health
from contact_center.web.idempotency import Idempotency
from contact_center.web.metrics import Metrics
from contact_center.web.openapi import Reference
from contact_center.web.ratelimit import Gate, Limiter, LocalLimiter, RedisLimiter
from contact_center.web.runner import Runner
from contact_center.web.server import Web, add_operations, application, operations_of
from contact_center.web.static import Console
from contact_center.workspace import marks
from contact_center.workspace import routes as workspace_routes
from contact_center.workspace.replying import Rules
from contact_center.workspace.shapes import Viewer
from contact_center.workspace.visibility import visible
from kb.public import PublicKnowledge
from routing.agent_states import state_of_user
from routing.api_routes import api_routes
from routing.live_routes import live_routes
from routing.mirror import Rules as RoutingRules
from routing.outlook import Outlook
from routing.payloads import builders as routing_payloads
from routing.router import Router
from routing.routes import routing_routes
from routing.triage_job import triage_kind
from routing.waiting_room import Waiting

CONSOLE = Path(__file__).parent / "console" / "dist"
log = logger(__name__)


class Server:
    """All parts of one node, by role. `start` listens, `stop` drains; each once."""

    def __init__(self, settings: Settings, demo: Demo | None = None) -> None:
        self.settings = settings
        self.demo = demo
        self.clock = Clock(settings.clock.scale)
        self.database = open_database(settings)
        node = settings.node_name()
        self.metrics = Metrics()
        self.background = Background(self.metrics.registry)
        self.bell = Bell(settings.redis.url, self.background)
        self.files = FileStore(settings.data_dir / "files")
        self.jobs = JobRunner(self.database, self.clock, self.bell, node=node, background=self.background)
        self.sealer = Sealer(settings.secret_key)
        self.heavy = Heavy(settings.heavy.workers)
        self.intake = Intake(self.database, self.files)
        leases = Leases(self.database, owner=node)
        self.router = Router(self.database, self.clock, self.bell, leases, settings.routing, background=self.background)
        self.outlook = Outlook(self.clock, RoutingRules(settings.routing), lambda: self.router.desk)
        self.email = EmailService(
            settings,
            database=self.database,
            clock=self.clock,
            intake=self.intake,
            files=self.files,
            heavy=self.heavy,
        )
        self.chat = ChatService(
            settings,
            database=self.database,
            clock=self.clock,
            intake=self.intake,
            files=self.files,
            leases=leases,
            settings_of=self._settings_of,
            waiting=Waiting(self.database, self.clock, self.outlook),
        )
        self.sms = SmsService(
            settings,
            database=self.database,
            clock=self.clock,
            intake=self.intake,
            store=self.files,
            settings_of=self._settings_of,
        )
        self.voice = VoiceService(
            settings,
            database=self.database,
            clock=self.clock,
            intake=self.intake,
            waiting=Waiting(self.database, self.clock, self.outlook),
            provider=self.sms,
            settings_of=self._settings_of,
        )
        self.sms.fetch_for(self.voice.sign_in)
        self.channels: dict[ChannelKind, Channel] = {
            ChannelKind.EMAIL: self.email.channel,
            ChannelKind.CHAT: self.chat.channel,
            **self.sms.channels,
        }
        self._redis = Redis.from_url(settings.redis.url) if settings.redis.url else None
        self._make_web()
        self._register_jobs()
        self._tasks: list[asyncio.Task[None]] = []
        self.port = settings.http.port
        self.database.on_commit(self._ring)

    # --- making

    def _make_web(self) -> None:
        settings = self.settings
        limiter: Limiter = RedisLimiter(self._redis) if self._redis is not None else LocalLimiter()
        gate = Gate(limiter, burst=settings.http.request_burst, per_second=settings.http.requests_per_second)
        self.profiles = AgentProfiles(self.clock, self._state_of)
        made = assembly.assemble(
            settings, self.database, self.clock, profiles=self.profiles, gate=gate, seen=self._seen
        )
        self.accounts, self.passwords = made.accounts, made.passwords
        self.idempotency = Idempotency(self.database, self.clock, secret=settings.secret_key)
        parts = Web(
            settings=settings,
            database=self.database,
            clock=self.clock,
            authenticator=self.accounts,
            metrics=self.metrics,
            gate=gate,
            idempotency=self.idempotency,
        )
        self.realtime = Realtime(
            database=self.database,
            clock=self.clock,
            sign_in=self.accounts,
            mark_seen=_mark_seen,
            redis_url=settings.redis.url,
            public_url=settings.public_url(),
            also=routing_payloads(settings.routing, self.clock),
            background=self.background,
        )
        self._look = looking(self.outlook, settings.wallboard.answer_seconds)
        self.wall = Wall(
            self.realtime.socket_server,
            database=self.database,
            clock=self.clock,
            sign_in=self.accounts,
            look=self._look,
            target=settings.wallboard.service_level,
        )
        self.accounts.on_rights_changed(self.realtime.rights_changed)
        self.accounts.on_rights_changed(self.wall.rights_changed)
        self.chat.attach(self.realtime.socket_server, limiter=limiter, tell_staff=self.realtime.customer_types)
        self.realtime.on_typing(self.chat.agent_types)
        self.metrics.count_sockets("/agent", lambda: len(self.realtime.sockets))
        self.metrics.count_sockets("/wallboard", lambda: len(self.wall))
        self.metrics.count_sockets("/chat", self.chat.visitors)
        self.announcer = Announcer(self.database, self.clock, self._tell, self.background)
        self.operations: Sequence[Operation] = operations_of([*made.routes, *self._routes()])
        self.app = application(parts)
        add_operations(self.app, self.operations, parts)
        self.realtime.attach(self.app)
        self.health = Health(
            self.database,
            self.metrics,
            redis=self._ping_redis if self._redis is not None else None,
            failing=self.background.failing,
        )
        self.health.add_to(self.app)
        reference = Reference(self.operations, server="/")
        reference.add_to(self.app)
        DocsPage(reference).add_to(self.app)
        Console(CONSOLE).add_to(self.app)
        SurveyPage(self.database, self.clock, Tokens.of(settings.secret_key), gate).add_to(self.app)
        PublicKnowledge(self.database, gate).add_to(self.app)
        self.chat.add_to(self.app)
        self.sms.add_to(self.app)
        self.voice.add_to(self.app)
        if self.demo is not None:
            self.demo.add_to(self.app, lambda: self.email.address)
        self._runner = Runner(self.app, access_log=None, shutdown_timeout=settings.http.drain_seconds / 2)

    def _routes(self) -> list[Routes]:
        rules = Rules(units=self.settings.routing.units, undo_seconds=self.settings.sending.undo_seconds)
        return [
            account_routes(self.sealer, self.channels),
            *PLAIN,
            live_routes(self.outlook),
            wallboard_routes(self._look, self.settings.wallboard.service_level),
            *routing_routes(self.router, self.outlook, self.settings.routing),
            api_routes(self.intake, self.clock),
            voice_routes(self.voice),
            visitor_routes(visible),
            parked_routes(
                self.intake,
                glances={"email": glance},
                replays={"email": self.email.receiver.replay, "sms": self.sms.receiver.replay},
            ),
            *workspace_routes.all_routes(
                rules=rules,
                store=self.files,
                heavy=self.heavy,
                viewers=self._viewers,
                repeat_within=timedelta(days=self.settings.complaints.repeat_days),
            ),
        ]

    def _register_jobs(self) -> None:
        settings = self.settings
        deliver = Deliver(self.database, self.clock, self.channels, self._settings_of)
        system_mail = SystemMailer(
            database=self.database,
            clock=self.clock,
            channel=self.email.channel,
            settings_of=self._settings_of,
            tokens=Tokens.of(settings.secret_key),
            public_url=settings.public_url(),
            sender=settings.email.system_sender,
        )
        asking = Asking(
            Tokens.of(settings.secret_key),
            settings.public_url(),
            link_life=timedelta(days=settings.surveys.link_days),
            peace=timedelta(days=settings.surveys.peace_days),
        )
        for kind in (
            triage_kind(self.clock, settings.routing),
            deliver.kind(),
            saying(self.clock),
            asking_kind(self.clock, asking),
            self.email.bounce_kind(),
            *self.sms.kinds(),
            *self.voice.kinds(),
            marks.waking(self.clock),
            system_mail.kind(),
        ):
            self.jobs.register(kind)

    # --- life

    async def start(self) -> None:
        """Start the parts of this node's role. Raises OSError when an address is taken, `SettingsError` for a bad certificate."""
        role = self.settings.role
        if self.demo is not None:
            await self.demo.furnish(self.database, self.profiles)
        await self.bell.start()
        if role in ("all", "web", "worker"):
            self.jobs.start()
        if role in ("all", "router"):
            self.router.start()
        if role in ("all", "web"):
            self.announcer.start()
            self.realtime.start()
            self._tasks.append(self.background.keep("wallboard", self.wall.run))
            self._tasks.append(self.background.keep("chat-presence", self.chat.presence.run))
            self._tasks.append(self.background.keep("rights", lambda: self.accounts.watch(self.bell)))
            await self.email.start()
        for name, step in (
            ("stale-sessions", self.accounts.sweep),
            ("old-idempotency-keys", self.idempotency.forget_old),
        ):
            self._tasks.append(self.background.keep(name, partial(now_and_then, step)))
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.settings.http.host, self.settings.http.port, backlog=512)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        if self.demo is not None:
            self.demo.serving(self.port)
        log.info("serving", role=role, port=self.port, node=self.settings.node_name())

    async def stop(self) -> None:
        """Drain: refuse new work, finish what runs, give leases and jobs back; bounded by `http.drain_seconds`."""
        self.health.draining = True
        grace = self.settings.http.drain_seconds
        until = monotonic() + grace
        await quietly(stopped(self._tasks), until)
        await quietly(self.email.close(grace / 3), until)
        await quietly(self.router.close(), until)
        await quietly(self.jobs.close(seconds=grace / 3), until)
        await quietly(self.announcer.close(grace / 6), until)
        await quietly(self.chat.close(), until)
        await quietly(self.realtime.close(), until)
        await quietly(self._runner.cleanup(), until)
        await quietly(self.sms.close(), until)
        await quietly(self.accounts.close(), until)
        await quietly(self.heavy.close(), until)
        await quietly(self.bell.close(), until)
        if self._redis is not None:
            await quietly(self._redis.aclose(), until)
        await quietly(self.database.close(), until)
        if self.demo is not None:
            await quietly(self.demo.close(), until)

    def greeting(self) -> str:
        """What the operator reads when the server is up."""
        lines = [f"Console    {self.settings.public_url()}/console/", f"API        {self.settings.public_url()}/docs"]
        if self.email.address is not None:
            lines.append("Mail in    {}:{}".format(*self.email.address))
        if self.demo is not None:
            lines += self.demo.greeting()
        return "\n".join(lines)

    async def _tell(self, events: Sequence[Event]) -> None:
        """Committed events, to the staff and to visitors; what fails is told to both again."""
        await self.realtime.telling(events)
        await self.chat.news(events)

    def _settings_of(self, account: ChannelAccount) -> AccountSettings:
        return settings_of(account, self.sealer)

    def _viewers(self, conversation_ids: Sequence[str]) -> Mapping[str, Sequence[Viewer]]:
        return self.realtime.viewing(conversation_ids)

    async def _seen(self, principal: Principal) -> None:
        self.realtime.beats.beat(principal.agent_id)

    async def _state_of(self, session: AsyncSession, user_id: str) -> dict[str, Any] | None:
        return await state_of_user(session, user_id, self.settings.routing)

    async def _ping_redis(self) -> bool:
        assert self._redis is not None
        try:
            return bool(await self._redis.ping())
        except (RedisError, OSError):
            return False

    def _ring(self, left: Notes) -> None:
        for name in left.bells:
            self.bell.ring(name)


async def _mark_seen(session: AsyncSession, agent_ids: Sequence[str], at: datetime) -> None:
    await agent_actions.seen(session, agent_ids, at=at)


def open_database(settings: Settings) -> Database:
    """The database that the settings name."""
    return Database(
        settings.database_url(),
        pool_size=settings.database.pool_size,
        pool_timeout=settings.database.pool_timeout,
        statement_timeout=settings.database.statement_timeout,
    )


async def build(settings: Settings) -> Server:
    """Make a server; nothing listens yet but, in demo mode, the mail catcher. Raises `DemoRefused`."""
    if not settings.demo:
        return Server(settings)
    demo = await Demo.open(settings, Clock(settings.clock.scale))
    return Server(demo.settings, demo)
