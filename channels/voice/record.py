"""What a call's steps mean for the measured record: the machine's commands to the desk, carried out in the step's own transaction.

Locks follow the house's order (conversation, interaction, assignment, agent); the call's row is locked already.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from channels.voice import commands as do
from channels.voice.contract import SECOND
from channels.voice.follow import Contact
from channels.voice.ledger import fold
from channels.voice.models import CallRow
from channels.voice.open import voicemail_left
from channels.voice.states import Call, Outcome, load
from contact_center import history, jobs
from contact_center.agents import actions as agents
from contact_center.clock import to_micros
from contact_center.intake.store import TRIAGE_JOB
from contact_center.interactions import ending, queueing
from contact_center.interactions.giving_back import give_back
from contact_center.interactions.models import Assignment, Interaction
from contact_center.interactions.moving import hold_one
from contact_center.interactions.moving_on import divert
from contact_center.interactions.sending import system_line
from contact_center.interactions.states import WAITING, AssignmentState, EndReason, InteractionState
from contact_center.tickets.attention import settle

VOICEMAIL = "voicemail"


async def contact_of(session: AsyncSession, interaction_id: str) -> Contact:
    """The interaction as it stands now."""
    query = select(Interaction.state, Interaction.version, Interaction.agent_id).where(Interaction.id == interaction_id)
    row = (await session.execute(query)).one()
    live = (
        await session.execute(
            select(Assignment.id, Assignment.agent_id, Assignment.state).where(
                Assignment.interaction_id == interaction_id, Assignment.ended_at.is_(None), Assignment.role == "primary"
            )
        )
    ).all()
    holds = [one for one in live if one.state != AssignmentState.WRAPPING_UP.value]
    return Contact(
        row.state,
        row.version,
        agent=holds[0].agent_id if holds else "",
        assignment=holds[0].id if holds else "",
        busy=frozenset(one.agent_id for one in live),
    )


async def carry_out(
    session: AsyncSession, row: CallRow, call: Call, commands: Sequence[do.Command], *, at: datetime
) -> None:
    """The desk's part of one step."""
    off_line = {one.agent for one in commands if isinstance(one, do.AgentFreed | do.WrapUpBegun)}
    waits = next((one for one in commands if isinstance(one, do.Enqueue)), None)
    for command in commands:
        match command:
            case do.Enqueue():
                await _enqueue(session, row, command, off_line, talked=call.talked, at=at)
            case do.WrapUpBegun() if waits is None:
                await _contact_over(session, row, command.agent, at=at)
            case do.TakeVoicemail():
                await _to_voicemail(session, row, at=at)
            case do.ReportRecording():
                await _recorded(session, row, command, at=at)
            case do.CallEnded():
                await _ended(session, row, call, at=at)
            case _:
                pass
    for agent in sorted({one.agent for one in commands if isinstance(one, do.AgentFreed) and one.no_show}):
        await agents.missed(session, {agent: 1}, limit=1, at=at)


async def _enqueue(
    session: AsyncSession, row: CallRow, command: do.Enqueue, off_line: set[str], *, talked: bool, at: datetime
) -> None:
    """Into the line: from the menu by triage, from an agent who is off the line by giving it back. Else it is there already."""
    held = await hold_one(session, row.interaction_id)
    if held.state is InteractionState.RECEIVED:
        wish = {"topic": "", "queue": command.queue, "skills": {}, "no_answer": True}
        wished = update(Interaction).where(Interaction.id == held.id).values(wish=wish)
        await session.execute(wished.execution_options(synchronize_session=False))
        jobs.enqueue(session, TRIAGE_JOB, {"interaction_id": held.id}, at=at)
    elif held.state is InteractionState.ASSIGNED and held.agent_id in off_line:
        reason = (
            EndReason.TRANSFERRED if command.transferred else EndReason.AGENT_LOST if talked else EndReason.LEG_FAILED
        )
        await give_back(session, [held.id], reason, at=at, actor=history.SYSTEM, front=command.front)


async def _to_voicemail(session: AsyncSession, row: CallRow, *, at: datetime) -> None:
    """Out of the line, or no longer held until the opening: what is left after the tone is work of its own, and joins nothing open."""
    if not await divert(session, [row.interaction_id], VOICEMAIL, at=at):
        held = await hold_one(session, row.interaction_id)
        if held.state is InteractionState.SCHEDULED:
            await ending.close(session, held.id, at=at, actor=history.SYSTEM, result=VOICEMAIL)


async def _contact_over(session: AsyncSession, row: CallRow, agent: str, *, at: datetime) -> None:
    held = await hold_one(session, row.interaction_id)
    if held.state is InteractionState.ASSIGNED and held.agent_id == agent:
        over = await ending.contact_over(session, held.id, at=at, actor=history.SYSTEM)
        await settle(session, [over.conversation_ticket_id], at=at)


async def _recorded(session: AsyncSession, row: CallRow, command: do.ReportRecording, *, at: datetime) -> None:
    if all(one["id"] != command.recording_id for one in row.recordings):
        new = {
            "id": command.recording_id,
            "location": command.location,
            "seconds": command.seconds,
            "voicemail": command.voicemail,
        }
        row.recordings = [*row.recordings, new]
        if command.voicemail:
            language = load(row.value).language
            await voicemail_left(session, row, command, language=language, at=at)
        else:
            params = {"recording": command.recording_id, "seconds": command.seconds}
            await system_line(session, row.conversation_id, "call_recorded", params, interaction_id=row.interaction_id, at=at)  # fmt: skip


async def _ended(session: AsyncSession, row: CallRow, call: Call, *, at: datetime) -> None:
    """Whoever still waited or was on the way is told; the card of the call stands in the timeline."""
    outcome = call.outcome or Outcome.FAILED
    held = await hold_one(session, row.interaction_id)
    if held.state in WAITING and outcome is Outcome.ABANDONED:
        await queueing.customer_left(session, held.id, at=at)
    elif held.state in (*WAITING, InteractionState.SCHEDULED) or (
        held.state is InteractionState.ASSIGNED and not call.talked
    ):
        await ending.close(session, held.id, at=at, actor=history.SYSTEM, result=outcome.value)
    spent = fold(call.history, to_micros(at))
    params = {
        "outcome": outcome.value,
        "menu_s": spent.menu // SECOND,
        "wait_s": spent.wait // SECOND,
        "talk_s": spent.talk // SECOND,
        "hold_s": spent.hold // SECOND,
    }
    code = f"call_{outcome.value}"
    await system_line(session, row.conversation_id, code, params, interaction_id=row.interaction_id, at=at)
