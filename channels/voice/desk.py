"""Runs the call machine: one event, one step, under the lock of the call's row; what follows is stored in the same transaction.

Commands to the provider become rows, and jobs in the call's own lane, carried out after the commit in their order. Commands to the
desk are changes of our own tables: they are part of the step (`record.py`). Timers are jobs; one that comes late or twice does nothing.
Whoever calls these functions is inside a unit; the call's row is locked before any conversation, interaction or agent.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from channels.voice import commands as do
from channels.voice import record, shown
from channels.voice.call import step
from channels.voice.contract import Event
from channels.voice.follow import next_wishes
from channels.voice.models import CallCommandRow, CallEventRow, CallRow, LegRow
from channels.voice.states import Call, LegStatus, State, dump, load
from channels.voice.stored import TO_PROVIDER, command_json, command_of, event_json
from channels.voice.wishes import TimerFired
from contact_center import jobs
from contact_center.clock import from_micros, to_micros

COMMAND_JOB, TIMER_JOB = "call_command", "call_timer"
SCREEN = (do.Prompt, do.EnqueueAudio, do.TakeVoicemail, do.Remove)
"""Commands that need no request of ours while their leg asks what to do: the answer to its webhook is what they want."""
AT_MOST = 20
"""Follow-ups of one event; more would be a circle."""


async def lock(session: AsyncSession, call_id: str) -> CallRow | None:
    """The call's row, locked for the rest of the transaction."""
    return await session.get(CallRow, call_id, with_for_update=True, populate_existing=True)


async def tell(session: AsyncSession, row: CallRow, events: Sequence[Event], *, at: datetime, asks: str = "") -> Call:
    """Tell a locked call what happened; what was told before changes nothing. `asks`: the leg whose webhook is being answered."""
    for event in events:
        if await _first_time(session, row.id, event, at):
            await _turn(session, row, event, at=at, asks=asks)
    if asks:
        await _answer(session, row.id, asks, at=at)
    return load(row.value)


async def _answer(session: AsyncSession, call_id: str, asks: str, *, at: datetime) -> None:
    """What was still to be requested of the leg that asks now it hears in the answer: a request too would take it out of the room."""
    waiting = select(CallCommandRow).where(CallCommandRow.call_id == call_id, CallCommandRow.state == "pending")
    for row in (await session.scalars(waiting)).all():
        if _answered(command_of(row.kind, row.payload), asks):
            row.state, row.done_at = "answered", at


async def look(session: AsyncSession, row: CallRow, *, at: datetime) -> None:
    """Let a locked call follow its interaction: accepted, given to somebody else, given back, closed, wrapped up."""
    for _ in range(AT_MOST):
        contact = await record.contact_of(session, row.interaction_id)
        wishes = next_wishes(load(row.value), contact, to_micros(at))
        fresh = [one for one in wishes if await _first_time(session, row.id, one, at)]
        if not fresh:
            return
        for one in fresh:
            await _turn(session, row, one, at=at, asks="", looking=True)


async def fire(session: AsyncSession, row: CallRow, *, at: datetime) -> None:
    """Tell a locked call which of its timers came due."""
    now = to_micros(at)
    for _ in range(AT_MOST):
        due = min((one for one in load(row.value).timers if one.due <= now), key=lambda one: one.due, default=None)
        if due is None:
            break
        event_id = f"timer:{due.clock}:{due.key}:{due.due}"
        fired = TimerFired(
            event_id=event_id,
            provider="desk",
            provider_ref="",
            seq=0,
            at=now,
            timer=due.clock,
            key=due.key,
            due=due.due,
        )
        await tell(session, row, [fired], at=at)
    await _wake(session, row, load(row.value), at=at, anew=True)


async def _first_time(session: AsyncSession, call_id: str, event: Event, at: datetime) -> bool:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {
        "call_id": call_id,
        "event_id": event.event_id[:200],
        "kind": getattr(event, "kind", ""),
        "payload": event_json(event),
        "at": at,
    }
    added = await session.execute(
        dialect.insert(CallEventRow)
        .values(row)
        .on_conflict_do_nothing(index_elements=["call_id", "event_id"])
        .returning(CallEventRow.event_id)
    )
    return added.first() is not None


async def _turn(
    session: AsyncSession, row: CallRow, event: Event, *, at: datetime, asks: str, looking: bool = False
) -> None:
    """One step and all that is stored of it."""
    before = load(row.value)
    call, commands, _ = step(before, event, to_micros(at))
    await _keep(session, row, call, at=at)
    await _keep_legs(session, row.id, call, at=at)
    _command(session, row.id, commands, asks=asks, at=at)
    await record.carry_out(session, row, call, commands, at=at)
    await shown.tell(session, row, before, at=at)
    if not looking and any(isinstance(one, do.Enqueue) for one in commands):
        await look(session, row, at=at)


async def _keep(session: AsyncSession, row: CallRow, call: Call, *, at: datetime) -> None:
    row.value, row.state = dump(call), call.state.value
    row.outcome = call.outcome.value if call.outcome is not None else None
    if call.state is State.ENDED and row.ended_at is None:
        row.ended_at = at
    row.version += 1
    await _wake(session, row, call, at=at)
    await session.flush()


async def _wake(session: AsyncSession, row: CallRow, call: Call, *, at: datetime, anew: bool = False) -> None:
    """A job for the next timer, when that is another one than before (or the old job was used up: `anew`)."""
    due = min((one.due for one in call.timers), default=None)
    due_at = from_micros(due) if due is not None else None
    if due_at is not None and (anew or due_at != row.due_at):
        jobs.enqueue(session, TIMER_JOB, {"call_id": row.id}, at=at, run_at=due_at)
    row.due_at = due_at


async def _keep_legs(session: AsyncSession, call_id: str, call: Call, *, at: datetime) -> None:
    """The rows by which a leg is found when the provider speaks of it."""
    known = set((await session.scalars(select(LegRow.id).where(LegRow.call_id == call_id))).all())
    for leg in call.legs:
        if leg.leg_id not in known:
            session.add(
                LegRow(
                    id=leg.leg_id, call_id=call_id, role=leg.role.value, party=leg.party, provider_ref=None, begun_at=at
                )
            )
    gone = [one for one in call.gone if one in known]
    if gone:
        ended = update(LegRow).where(LegRow.id.in_(gone), LegRow.ended_at.is_(None)).values(ended_at=at)
        await session.execute(ended.execution_options(synchronize_session=False))
    await session.flush()


def _command(session: AsyncSession, call_id: str, commands: Sequence[do.Command], *, asks: str, at: datetime) -> None:
    for command in commands:
        if not isinstance(command, TO_PROVIDER):
            continue
        answered = _answered(command, asks)
        session.add(
            CallCommandRow(
                id=command.command_id,
                call_id=call_id,
                number=int(command.command_id.rpartition(":")[2]),
                kind=type(command).__name__,
                payload=command_json(command),
                state="answered" if answered else "pending",
                failure=None,
                at=at,
                done_at=at if answered else None,
            )
        )
        if not answered:
            jobs.enqueue(session, COMMAND_JOB, {"command_id": command.command_id}, at=at, lane=f"call:{call_id}")


def _answered(command: do.Command, asks: str) -> bool:
    if not asks:
        return False
    if isinstance(command, do.Bridge):
        return asks in command.leg_ids
    return isinstance(command, SCREEN) and command.leg_id == asks


def leg_stays(call: Call, leg_id: str) -> bool:
    """Whether the call still wants this leg."""
    leg = call.leg(leg_id)
    return leg is not None and leg.status is not LegStatus.LEAVING
