"""A call as the agents who are on it see it: in a few words, told whenever a step changed it. Everything else is the provider's business."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.voice.contract import Role
from channels.voice.models import CallRow
from channels.voice.states import Call, LegStatus, Recording, State, load
from contact_center import events
from contact_center.clock import from_micros
from contact_center.interactions.announce import users_of
from contact_center.interactions.models import Interaction
from contact_center.web import Model, Time


class Part(Model):
    """An agent of the call; `joined`: their telephone is in it. `status`: connecting, active, wrapping."""

    agent_id: str
    status: str
    joined: bool


class CallView(Model):
    """`state` since `since`; `talking_since` from the first word on. `number` is empty when it was withheld."""

    id: str
    interaction_id: str
    conversation_id: str
    number: str
    state: State
    since: Time
    talking_since: Time | None
    recording: Recording
    parts: list[Part]
    version: int


class Calls(Model):
    """Calls."""

    items: list[CallView]
    next_cursor: str | None = None


def view(row: CallRow) -> CallView:
    """The call of this row."""
    call = load(row.value)
    joined = {leg.leg_id for leg in call.live(Role.AGENT) if leg.status is LegStatus.JOINED}
    talks = next((one.at for one in call.history if one.what == State.TALKING.value), None)
    states = [one.at for one in call.history if one.what == call.state.value]
    return CallView(
        id=row.id,
        interaction_id=row.interaction_id,
        conversation_id=row.conversation_id,
        number=row.caller,
        state=call.state,
        since=from_micros(states[-1]) if states else row.begun_at,
        talking_since=None if talks is None else from_micros(talks),
        recording=call.recording,
        parts=[
            Part(agent_id=part.agent, status=part.status.value, joined=part.leg_id in joined) for part in call.parts
        ],
        version=row.version,
    )


async def of_agent(session: AsyncSession, agent_id: str) -> list[CallView]:
    """The calls that go on and are in this agent's hands."""
    held = (
        select(CallRow)
        .join(Interaction, Interaction.id == CallRow.interaction_id)
        .where(CallRow.ended_at.is_(None), Interaction.agent_id == agent_id)
        .order_by(CallRow.id)
    )
    return [view(row) for row in (await session.scalars(held)).all()]


async def tell(session: AsyncSession, row: CallRow, before: Call, *, at: datetime) -> None:
    """Tell the agents who are or were on it; `before` is the call before the step."""
    shown = view(row)
    agents = {part.agent for part in before.parts} | {part.agent_id for part in shown.parts}
    if not agents:
        return
    users = await users_of(session, sorted(agents))
    events.record(
        session,
        "call.updated",
        entity="call",
        entity_id=row.id,
        version=row.version,
        rooms=[f"user:{user_id}" for user_id in sorted(users.values())],
        at=at,
        data={"call": shown.model_dump(mode="json")},
    )
