"""Carries commands out at Twilio: one request each, and what its answer means. Every request may be repeated without doing more.

A leg is sent to a page of ours instead of being told what to do: when it asks there it hears what the call wants at that moment, so a
command that comes late does no harm. What was overtaken by the call's state is left out.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from channels.voice import commands as do
from channels.voice.contract import Capabilities, Failure, Mode, Role
from channels.voice.states import Call, State
from channels.voice.twilio_markup import HELD, TOGETHER, WAIT
from config.logs import logger
from contact_center.clock import Clock

ATTEMPTS, BETWEEN = 3, 0.3
NOT_IN_PROGRESS = 21220
STATUS = "/channels/voice/twilio/status"
CAPABILITIES = Capabilities(dtmf_in=True, tts=True, coach=True)
"""What this adapter does; dialling numbers, keys into a call, speech and recordings of calls are not among it."""
AGAIN = frozenset({Failure.LIMIT, Failure.UNAVAILABLE})
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a command: a failure, or for a list of legs who is there."""

    failure: Failure | None = None
    legs: tuple[str, ...] | None = None


DONE = Answer()


class Rest:
    """For one command of one call: `refs` are the provider's ids of its legs, `rooms` of the rooms it has had."""

    def __init__(self, client: Any, clock: Clock, *, base: str, refs: Mapping[str, str], rooms: Sequence[str]) -> None:
        self._client, self._clock, self._base = client, clock, base
        self._refs, self._room = refs, rooms[-1] if rooms else ""

    async def carry_out(self, command: do.Command, call: Call) -> Answer:
        """Do it, within the transport's time-outs and a bounded number of tries."""
        step = self._step(command, call)
        if step is None:
            return DONE
        answer = DONE
        for attempt in range(ATTEMPTS):
            answer = await self._try(step)
            if answer.failure not in AGAIN:
                break
            await self._clock.sleep(BETWEEN * 2**attempt)
        if answer.failure is not None:
            log.info("command failed", command=command.command_id, code=answer.failure.value)
        return answer

    async def _try(self, step: Callable[[], Awaitable[Answer]]) -> Answer:
        from twilio.base.exceptions import TwilioRestException  # type: ignore[import-untyped]

        try:
            return await step()
        except TwilioRestException as refusal:
            return Answer(failure_of(int(refusal.status or 0), int(refusal.code or 0)))
        except (aiohttp.ClientError, TimeoutError):
            return Answer(Failure.UNAVAILABLE)

    def _step(self, command: do.Command, call: Call) -> Callable[[], Awaitable[Answer]] | None:
        """The request, None when there is nothing to ask for (any more)."""
        match command:
            case do.Prompt(leg_id=leg_id, prompt_id=prompt_id) | do.EnqueueAudio(leg_id=leg_id, prompt_id=prompt_id):
                stale = call.state in TOGETHER or (prompt_id != call.prompt_id and prompt_id != "bye")
                return None if stale else lambda: self._send_to_page(leg_id)
            case do.TakeVoicemail(leg_id=leg_id):
                return (lambda: self._send_to_page(leg_id)) if call.state is State.VOICEMAIL else None
            case do.Bridge():
                customer = call.customer
                if call.state is not State.BRIDGING or customer is None:
                    return None  # everybody is in the room already
                return lambda: self._send_to_page(customer.leg_id)
            case do.Remove(leg_id=leg_id):
                return (lambda: self._end(leg_id)) if leg_id in self._refs else None
            case do.Hold(leg_id=leg_id):
                return lambda: self._change(leg_id, hold=True, hold_url=self._base + HELD, hold_method="POST")
            case do.Resume(leg_id=leg_id):
                return lambda: self._change(leg_id, hold=False)
            case do.Mute(leg_id=leg_id, on=on):
                return lambda: self._change(leg_id, muted=on)
            case do.Supervise(leg_id=leg_id, mode=mode, coach_leg=coach):
                return lambda: self._supervise(leg_id, mode, coach)
            case do.Invite(role=Role.AGENT | Role.SUPERVISOR):
                return None  # they dial in, with a ticket
            case do.ListLegs():
                return lambda: self._list(call)
            case _:
                return _cannot  # numbers that we dial, keys into the call, recordings: see `CAPABILITIES`

    async def _send_to_page(self, leg_id: str) -> Answer:
        await self._client.calls(self._refs[leg_id]).update_async(url=self._base + WAIT, method="POST")
        return DONE

    async def _end(self, leg_id: str) -> Answer:
        from twilio.base.exceptions import TwilioRestException

        try:
            await self._client.calls(self._refs[leg_id]).update_async(status="completed")
        except TwilioRestException as refusal:
            if failure_of(int(refusal.status or 0), int(refusal.code or 0)) is not Failure.GONE:
                raise
        return DONE

    async def _change(self, leg_id: str, **values: Any) -> Answer:
        if not self._room or leg_id not in self._refs:
            return Answer(Failure.GONE)
        await self._client.conferences(self._room).participants(self._refs[leg_id]).update_async(**values)
        return DONE

    async def _supervise(self, leg_id: str, mode: Mode, coach: str) -> Answer:
        if mode is Mode.WHISPER:
            return await self._change(leg_id, muted=False, coaching=True, call_sid_to_coach=self._refs.get(coach, ""))
        return await self._change(leg_id, muted=mode is Mode.LISTEN, coaching=False)

    async def _list(self, call: Call) -> Answer:
        """Who is there: in the room, or, for a caller who waits in front of it, on the line."""
        if call.state is State.BRIDGING:
            return DONE  # on the line and not in the room yet: an answer would be taken for one or the other
        there = {one.call_sid for one in await self._participants(self._room)} if self._room else set()
        found = [leg_id for leg_id, ref in self._refs.items() if ref in there]
        customer = call.customer
        if customer is not None and customer.leg_id in self._refs and customer.leg_id not in found:
            known = await self._client.calls(self._refs[customer.leg_id]).fetch_async()
            found += [customer.leg_id] if known.status in ("in-progress", "ringing", "queued") else []
        return Answer(legs=tuple(found))

    async def _participants(self, room: str) -> Sequence[Any]:
        from twilio.base.exceptions import TwilioRestException

        try:
            return list(await self._client.conferences(room).participants.list_async(limit=50))
        except TwilioRestException as refusal:
            if failure_of(int(refusal.status or 0), int(refusal.code or 0)) is Failure.GONE:
                return ()
            raise


async def _cannot() -> Answer:
    return Answer(Failure.UNAVAILABLE)


def failure_of(status: int, code: int) -> Failure:
    """What a refusal means."""
    if status == 404 or code == NOT_IN_PROGRESS:
        return Failure.GONE
    if status == 409:
        return Failure.CONFLICT
    if status == 429:
        return Failure.LIMIT
    return Failure.UNAVAILABLE if status >= 500 else Failure.UNKNOWN
