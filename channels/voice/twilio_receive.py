"""Twilio's webhooks: signature first, then the call's row, then the answer, made from what the call wants after the commit.

What is not signed is answered 403 and kept as parked. Asked twice, a webhook changes nothing and gets the same answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from multidict import MultiDict
from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from channels.voice import desk, twilio_markup, twilio_parse
from channels.voice.contract import Event
from channels.voice.models import CallRow, EarlyWord, LegRow
from channels.voice.numbers import Number, Numbers
from channels.voice.open import taken_in
from channels.voice.opening import customer_leg
from channels.voice.states import Call, State, load
from channels.voice.tickets import Tickets, claim
from config.logs import logger
from config.settings import Twilio
from contact_center.channel import ChannelKind, ParkReason, WaitingRoom
from contact_center.clock import Clock, to_micros
from contact_center.db import Database
from contact_center.intake.door import Intake

WAITS = (State.WAITING, State.OFFERING)
log = logger(__name__)


class Genuine(Protocol):
    """Whether a webhook is the provider's, by its signature over our public address and the form."""

    def __call__(
        self, *, token: str, signature: str, url: str, form: MultiDict[str] | None, body: bytes, signed_with: str
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class Posted:
    """One webhook as it came: `form` is None for a body that is no form; `url` is our public address with its query."""

    url: str
    query: Mapping[str, str]
    form: MultiDict[str] | None
    body: bytes
    signature: str
    signed_with: str

    @property
    def sid(self) -> str:
        """The provider's id of the leg it is about, empty when it names none."""
        return (self.form or MultiDict()).get("CallSid", "")[:64]


class Forbidden(Exception):
    """Not the provider's."""


class CallReceiver:
    """Takes webhooks of calls; one per process. Every method raises `Forbidden` and `DatabaseUnavailable`."""

    def __init__(
        self,
        *,
        numbers: Numbers,
        installation: Twilio,
        intake: Intake,
        database: Database,
        clock: Clock,
        genuine: Genuine,
        tickets: Tickets,
        waiting: WaitingRoom,
        base: str,
    ) -> None:
        self._numbers, self._installation, self._intake = numbers, installation, intake
        self._database, self._clock, self._genuine = database, clock, genuine
        self._tickets, self._waiting, self._base = tickets, waiting, base

    # --- what a leg asks: answered with TwiML

    async def inbound(self, posted: Posted) -> str:
        """Somebody calls one of our numbers."""
        form, number = await self._checked(posted)
        if number is None or not posted.sid:
            await self._park(posted, ParkReason.UNKNOWN_NUMBER if posted.sid else ParkReason.NO_ID)
            return twilio_markup.refused()
        at = self._clock.now()

        async def unit(session: AsyncSession) -> tuple[CallRow, Call]:
            row = await taken_in(session, number, form, posted.body, at=at)
            leg_id = customer_leg(row.id)
            call = await desk.tell(
                session, row, [twilio_parse.arrived(form, leg_id, to_micros(at))], at=at, asks=leg_id
            )
            await claim(session, leg_id, posted.sid)
            return row, await self._early(session, row, call, leg_id, posted.sid)

        row, call = await self._database.write(unit)
        log.info("call arrived", call=row.id, interaction=row.interaction_id)
        return await self._screen(row, call, customer_leg(row.id))

    async def menu(self, posted: Posted) -> str:
        """Keys, or silence where some were expected."""
        form, _ = await self._checked(posted)
        prompt_id = posted.query.get("prompt", "")[:60]
        return await self._asked(posted, lambda leg_id, at: [twilio_parse.keyed(form, leg_id, prompt_id, at)])

    async def wait(self, posted: Posted) -> str:
        """What now?"""
        await self._checked(posted)
        return await self._asked(posted, lambda _leg, _at: [])

    async def agent(self, posted: Posted) -> str:
        """An agent's browser dials in with its ticket."""
        form, _ = await self._checked(posted)
        at = self._clock.now()
        leg_id = self._tickets.read(form.get("ticket", ""), at=at)
        if not leg_id or not posted.sid:
            return twilio_markup.refused()

        async def unit(session: AsyncSession) -> Call | None:
            call_id = await session.scalar(select(LegRow.call_id).where(LegRow.id == leg_id))
            row = await desk.lock(session, call_id) if call_id else None
            if row is None or not await claim(session, leg_id, posted.sid):
                return None
            return await desk.tell(session, row, [], at=at)

        call = await self._database.write(unit)
        if call is None:
            return twilio_markup.refused()
        return twilio_markup.screen(call, leg_id, base=self._base)

    async def held(self, posted: Posted) -> str:
        """What a held caller hears."""
        await self._checked(posted)
        async with self._database.read() as session:
            found = await _row_of(session, posted.sid)
        return twilio_markup.nothing() if found is None else twilio_markup.held(_value(found[0]))

    async def voicemail(self, posted: Posted) -> str:
        """The caller has spoken; whether there is a recording, `recording` will tell."""
        await self._checked(posted)
        return twilio_markup.nothing()

    # --- what the provider tells: answered with nothing

    async def status(self, posted: Posted) -> None:
        """How a leg's own call stands. Of a leg that is not known yet it is kept until it is."""
        form, _ = await self._checked(posted)
        named = posted.query.get("leg", "")[:64]

        def read(leg_id: str, at: int) -> list[Event]:
            event = twilio_parse.status(form, leg_id, at)
            return [event] if event is not None else []

        if not await self._told(posted, read, named=named) and posted.sid:
            await self._keep_early(form, posted.sid)

    async def room(self, posted: Posted) -> None:
        """Somebody came into the room of a call, or left it."""
        form, _ = await self._checked(posted)
        at, sid = self._clock.now(), form.get("ConferenceSid", "")[:64]

        async def unit(session: AsyncSession) -> None:
            found = await _row_of(session, posted.sid)
            row = await desk.lock(session, found[0].id) if found is not None else None
            if found is None or row is None or not sid:
                return
            if sid not in row.rooms:
                row.rooms = [*row.rooms, sid]
            event = twilio_parse.in_room(form, found[1], row.rooms.index(sid), to_micros(at))
            await desk.tell(session, row, [event] if event is not None else [], at=at)

        await self._database.write(unit)

    async def recording(self, posted: Posted) -> None:
        """A recording is ready, or there is none."""
        form, _ = await self._checked(posted)
        voicemail = posted.query.get("voicemail") == "1"
        await self._told(posted, lambda _leg, at: [twilio_parse.recording(form, voicemail, at)])

    # --- parts

    async def _asked(self, posted: Posted, read: Callable[[str, int], list[Event]]) -> str:
        at = self._clock.now()

        async def unit(session: AsyncSession) -> tuple[CallRow, Call, str] | None:
            found = await _row_of(session, posted.sid)
            row = await desk.lock(session, found[0].id) if found is not None else None
            if found is None or row is None:
                return None
            leg_id = found[1]
            return row, await desk.tell(session, row, read(leg_id, to_micros(at)), at=at, asks=leg_id), leg_id

        told = await self._database.write(unit)
        return twilio_markup.nothing() if told is None else await self._screen(*told)

    async def _told(self, posted: Posted, read: Callable[[str, int], list[Event]], *, named: str = "") -> bool:
        at = self._clock.now()

        async def unit(session: AsyncSession) -> bool:
            if named and posted.sid:
                await claim(session, named, posted.sid)
            found = await _row_of(session, posted.sid)
            row = await desk.lock(session, found[0].id) if found is not None else None
            if found is None or row is None:
                return False
            await desk.tell(session, row, read(found[1], to_micros(at)), at=at)
            return True

        return await self._database.write(unit)

    async def _screen(self, row: CallRow, call: Call, leg_id: str) -> str:
        if call.state not in WAITS:
            return twilio_markup.screen(call, leg_id, base=self._base)
        position = await self._waiting.position(row.interaction_id)
        wait = await self._waiting.estimated_wait(row.interaction_id)
        return twilio_markup.screen(call, leg_id, base=self._base, position=position, wait=wait)

    async def _keep_early(self, form: MultiDict[str], sid: str) -> None:
        at = self._clock.now()
        event_id = f"{form.get('SequenceNumber', '')[:12]}:{form.get('CallStatus', '')[:30]}"

        async def unit(session: AsyncSession) -> None:
            dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
            kept = dialect.insert(EarlyWord).values(provider_ref=sid, event_id=event_id, form=dict(form), at=at)
            await session.execute(kept.on_conflict_do_nothing(index_elements=["provider_ref", "event_id"]))

        await self._database.write(unit)

    async def _early(self, session: AsyncSession, row: CallRow, call: Call, leg_id: str, sid: str) -> Call:
        """What was said of this leg before it was known."""
        at = self._clock.now()
        words = (await session.scalars(select(EarlyWord).where(EarlyWord.provider_ref == sid))).all()
        for word in words:
            event = twilio_parse.status(word.form, leg_id, to_micros(at))
            call = await desk.tell(session, row, [event] if event is not None else [], at=at)
        await session.execute(delete(EarlyWord).where(EarlyWord.provider_ref == sid))
        return call

    async def _checked(self, posted: Posted) -> tuple[MultiDict[str], Number | None]:
        """The form and the number of ours that it is about (None: none that we know). Raises `Forbidden`."""
        number = await self._number(posted)
        token = self._installation.auth_token if number is None else number.settings.signed_in(self._installation)[1]
        genuine = self._genuine(
            token=token,
            signature=posted.signature,
            url=posted.url,
            form=posted.form,
            body=posted.body,
            signed_with=posted.signed_with,
        )
        if not genuine or posted.form is None:
            await self._park(posted, ParkReason.BAD_SIGNATURE)
            raise Forbidden
        return posted.form, number

    async def _number(self, posted: Posted) -> Number | None:
        form = posted.form or MultiDict()
        for name in ("To", "From"):
            if (number := await self._numbers.called(form.get(name, ""))) is not None:
                return number
        async with self._database.read() as session:
            found = await _row_of(session, posted.sid)
        return await self._numbers.named(found[0].account_id) if found is not None else None

    async def _park(self, posted: Posted, reason: ParkReason) -> None:
        log.warning("webhook not taken in", reason=reason.value)
        envelope = {"url": posted.url, "signature": posted.signature, "signed_with": posted.signed_with}
        await self._intake.park(ChannelKind.VOICE, posted.body, reason, envelope=envelope, at=self._clock.now())


async def _row_of(session: AsyncSession, sid: str) -> tuple[CallRow, str] | None:
    """The call in which the provider's `sid` is a leg, and that leg's id."""
    if not sid:
        return None
    query = select(CallRow, LegRow.id).join(LegRow, LegRow.call_id == CallRow.id).where(LegRow.provider_ref == sid)
    row = (await session.execute(query)).one_or_none()
    return None if row is None else (row[0], row[1])


def _value(row: CallRow) -> Call:
    return load(row.value)
