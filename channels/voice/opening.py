"""The row of a call before its first event, and the name of the leg on which its caller came in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from channels.voice.menu import Menu
from channels.voice.models import CallRow
from channels.voice.states import Policy, begin, dump
from contact_center.ids import new_id


@dataclass(frozen=True, slots=True)
class Opening:
    """What is known of a call when it begins."""

    account_id: str
    conversation_id: str
    interaction_id: str
    provider: str
    provider_ref: str
    caller: str
    called: str
    language: str
    policy: Policy
    menu: Menu | None


def customer_leg(call_id: str) -> str:
    """The id of the leg on which a caller came in."""
    return f"{call_id}/in"


async def open_call(session: AsyncSession, opening: Opening, *, at: datetime) -> CallRow:
    """The row of a new call, before its first event."""
    identifier = new_id()
    call = begin(identifier, opening.policy, opening.menu, opening.language)
    row = CallRow(
        id=identifier,
        account_id=opening.account_id,
        conversation_id=opening.conversation_id,
        interaction_id=opening.interaction_id,
        provider=opening.provider,
        provider_ref=opening.provider_ref,
        caller=opening.caller,
        called=opening.called,
        state=call.state.value,
        outcome=None,
        value=dump(call),
        due_at=None,
        rooms=[],
        recordings=[],
        begun_at=at,
        ended_at=None,
        version=1,
    )
    session.add(row)
    await session.flush()
    return row
