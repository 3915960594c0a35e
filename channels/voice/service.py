"""The telephone put together: webhooks, jobs and tickets of one process, started and stopped as one.

Twilio is the provider; the calls' machine, desk and rows know nothing of it. Its client and the check of its signatures are handed in,
because channels know nothing of one another.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, Protocol
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import MultiDict
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.voice import desk, twilio_markup, twilio_rest
from channels.voice.contract import CommandFailed, Event, Failure, LegsListed
from channels.voice.models import CallCommandRow, CallRow, LegRow
from channels.voice.numbers import Numbers
from channels.voice.states import load
from channels.voice.stored import command_of
from channels.voice.tickets import Tickets
from channels.voice.twilio_parse import PROVIDER
from channels.voice.twilio_receive import CallReceiver, Forbidden, Genuine, Posted
from channels.voice.twilio_rest import Answer, Rest
from config.settings import Settings
from contact_center.channel import MOVED_JOB, AccountSettings, WaitingRoom
from contact_center.clock import Clock, to_micros
from contact_center.db import Database
from contact_center.intake.door import Intake
from contact_center.interactions.models import ChannelAccount
from contact_center.jobs import Job, JobKind, Recorded

INBOUND, AGENT = f"{twilio_markup.ROOT}/inbound", f"{twilio_markup.ROOT}/agent"
LARGEST_WEBHOOK = 64 * 1024
SIGNATURE, SETTINGS = "X-Twilio-Signature", "X-Twilio-Webhooks-Signature-Settings"
COMMAND_SECONDS = 55.0
"""Below a job's lease: a command that hangs for longer is given to somebody else."""


class Clients(Protocol):
    """The provider's clients, one per account there."""

    async def signed_in(self, sid: str, token: str) -> Any:
        """A `twilio.rest.Client`; raises when there is no such account."""
        ...


class Provider(Protocol):
    """What calls and texts have in common at the provider."""

    @property
    def clients(self) -> Clients:
        """Signed-in clients."""
        ...

    @property
    def genuine(self) -> Genuine:
        """The check of signatures."""
        ...


class VoiceService:
    """One per process. `add_to` serves the provider's webhooks, `kinds` are its jobs, `tickets` lets agents in."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        clock: Clock,
        intake: Intake,
        waiting: WaitingRoom,
        provider: Provider,
        settings_of: Callable[[ChannelAccount], AccountSettings],
    ) -> None:
        self._database, self._clock, self._clients = database, clock, provider.clients
        self._installation, self._base = settings.sms.twilio, settings.public_url()
        self._numbers = Numbers(database, settings_of)
        self.tickets = Tickets(settings.secret_key)
        self.softphone: Literal["local", "none"] = "local" if settings.demo else "none"
        self.receiver = CallReceiver(
            numbers=self._numbers,
            installation=settings.sms.twilio,
            intake=intake,
            database=database,
            clock=clock,
            genuine=provider.genuine,
            tickets=self.tickets,
            waiting=waiting,
            base=self._base,
        )

    async def sign_in(self, account_id: str) -> tuple[str, str] | None:
        """(account sid, token) at the provider of one of our numbers; None for other accounts."""
        number = await self._numbers.named(account_id)
        return None if number is None else number.settings.signed_in(self._installation)

    # --- webhooks

    def add_to(self, app: web.Application) -> None:
        """Serve the webhooks."""
        take = self.receiver
        answered = {
            INBOUND: take.inbound,
            AGENT: take.agent,
            twilio_markup.MENU: take.menu,
            twilio_markup.WAIT: take.wait,
            twilio_markup.HELD: take.held,
            twilio_markup.VOICEMAIL: take.voicemail,
        }
        told = {
            twilio_rest.STATUS: take.status,
            twilio_markup.ROOM: take.room,
            twilio_markup.RECORDING: take.recording,
        }
        for path, asked in answered.items():
            app.router.add_post(path, self._answering(asked))
        for path, said in told.items():
            app.router.add_post(path, self._answering(said))

    def _answering(self, take: Callable[[Posted], Awaitable[str | None]]) -> Callable[[web.Request], Awaitable[web.Response]]:  # fmt: skip
        async def handle(request: web.Request) -> web.Response:
            try:
                answer = await take(await self._posted(request))
            except Forbidden:
                return web.Response(status=403)
            if answer is None:
                return web.Response(status=204)
            return web.Response(text=answer, content_type="text/xml")

        return handle

    async def _posted(self, request: web.Request) -> Posted:
        body = await request.content.read(LARGEST_WEBHOOK + 1)
        while not request.content.at_eof() and len(body) <= LARGEST_WEBHOOK:
            body += await request.content.read(LARGEST_WEBHOOK + 1 - len(body))
        if len(body) > LARGEST_WEBHOOK:
            raise web.HTTPRequestEntityTooLarge(LARGEST_WEBHOOK, len(body))
        return Posted(
            url=f"{self._base}{request.raw_path}",
            query=dict(request.query),
            form=_form_of(body, request.content_type),
            body=body,
            signature=request.headers.get(SIGNATURE, ""),
            signed_with=request.headers.get(SETTINGS, ""),
        )

    # --- jobs

    def kinds(self) -> Sequence[JobKind]:
        """Commands to carry out, timers that come due, interactions that moved."""
        return [
            JobKind(desk.COMMAND_JOB, outside=self._carry_out, timeout=COMMAND_SECONDS),
            JobKind(desk.TIMER_JOB, transactional=self._fire),
            JobKind(MOVED_JOB, transactional=self._follow),
        ]

    async def _fire(self, session: AsyncSession, batch: Sequence[Job]) -> None:
        for call_id in sorted({str(job.payload["call_id"]) for job in batch}):
            row = await desk.lock(session, call_id)
            if row is not None:
                await desk.fire(session, row, at=self._clock.now())

    async def _follow(self, session: AsyncSession, batch: Sequence[Job]) -> None:
        moved = {str(job.payload["interaction_id"]) for job in batch}
        found = select(CallRow.id).where(CallRow.interaction_id.in_(moved)).order_by(CallRow.id)
        for call_id in (await session.scalars(found)).all():
            row = await desk.lock(session, call_id)
            if row is not None:
                await desk.look(session, row, at=self._clock.now())

    async def _carry_out(self, job: Job) -> Recorded | None:
        """One command; what came of it is recorded with the end of the job, and told to the call when it failed."""
        command_id = str(job.payload["command_id"])
        async with self._database.read() as session:
            wanted = await session.get(CallCommandRow, command_id)
            row = await session.get(CallRow, wanted.call_id) if wanted is not None else None
            if wanted is None or row is None or wanted.state != "pending":
                return None
            legs = select(LegRow.id, LegRow.provider_ref).where(LegRow.call_id == row.id)
            refs = {leg_id: ref for leg_id, ref in (await session.execute(legs)).all() if ref is not None}
        answer = await self._ask(row, refs, wanted)

        async def record(session: AsyncSession) -> None:
            await self._record(session, row.id, command_id, answer)

        return record

    async def _ask(self, row: CallRow, refs: dict[str, str], wanted: CallCommandRow) -> Answer:
        number = await self._numbers.named(row.account_id)
        if number is None:
            return Answer(Failure.UNAVAILABLE)
        sid, token = number.settings.signed_in(self._installation)
        if not sid or not token:
            return Answer(Failure.UNAVAILABLE)
        client = await self._clients.signed_in(sid, token)
        rest = Rest(client, self._clock, base=self._base, refs=refs, rooms=row.rooms)
        return await rest.carry_out(command_of(wanted.kind, wanted.payload), load(row.value))

    async def _record(self, session: AsyncSession, call_id: str, command_id: str, answer: Answer) -> None:
        row = await desk.lock(session, call_id)
        if row is None:
            return
        at, failed = self._clock.now(), answer.failure
        values = {"state": "done" if failed is None else "failed", "failure": failed and failed.value, "done_at": at}
        done = update(CallCommandRow).where(CallCommandRow.id == command_id).values(values)
        await session.execute(done.execution_options(synchronize_session=False))
        envelope: dict[str, Any] = {"provider": PROVIDER, "provider_ref": "", "seq": 0, "at": to_micros(at)}
        events: list[Event] = []
        if failed is not None:
            events.append(
                CommandFailed(event_id=f"{command_id}:failed", command_id=command_id, code=failed, **envelope)
            )
        if answer.legs is not None:
            listed = LegsListed(event_id=f"{command_id}:listed", command_id=command_id, leg_ids=answer.legs, **envelope)
            events.append(listed)
        await desk.tell(session, row, events, at=at)


def _form_of(body: bytes, content_type: str) -> MultiDict[str] | None:
    """The fields of a posted form, None for any other body."""
    if content_type != "application/x-www-form-urlencoded":
        return None
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body), max_num_fields=200)
    except ValueError:
        return None
    return MultiDict((name, value.replace("\0", "")) for name, value in pairs)
