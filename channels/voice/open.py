"""A caller becomes a customer with a conversation and work that waits to be triaged: intake and the call's row, in one transaction.
A voicemail is a second piece of work in the same conversation.

The work is not triaged before the caller leaves the menu: until then nobody knows what it is about, and who hangs up there has
abandoned it.
"""

import hashlib
from datetime import datetime

from multidict import MultiMapping
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from channels.voice.commands import ReportRecording
from channels.voice.models import CallRow
from channels.voice.numbers import Number
from channels.voice.opening import Opening, open_call
from channels.voice.states import load
from channels.voice.twilio_parse import PROVIDER, caller_of
from config.logs import correlation
from contact_center import i18n
from contact_center.channel import Address, AddressKind, ChannelKind, InboundMessage, RemoteFile, Wish
from contact_center.ids import new_id
from contact_center.intake.received import Received
from contact_center.intake.take_in import take_in

AUDIO = "audio/wav"
"""What the provider gives at a recording's address when none is asked for."""


async def taken_in(
    session: AsyncSession, number: Number, form: MultiMapping[str], body: bytes, *, at: datetime
) -> CallRow:
    """The locked row of the call that this webhook announces; made when it is the first to do so."""
    sid = form["CallSid"]
    known = await _known(session, sid)
    if known is not None:
        return known
    item = _received(number.id, number.address, number.language, _understood(number, form), body, at=at)
    (taken,) = await take_in(session, [item])
    if taken.conversation_id is None or taken.interaction_id is None:  # another node was quicker, and has committed
        known = await _known(session, sid)
        assert known is not None
        return known
    opening = Opening(
        account_id=number.id,
        conversation_id=taken.conversation_id,
        interaction_id=taken.interaction_id,
        provider=PROVIDER,
        provider_ref=sid,
        caller=caller_of(form),
        called=number.address,
        language=number.language,
        policy=number.settings.policy(),
        menu=number.settings.menu,
    )
    return await open_call(session, opening, at=at)


async def _known(session: AsyncSession, sid: str) -> CallRow | None:
    query = select(CallRow).where(CallRow.provider == PROVIDER, CallRow.provider_ref == sid)
    return (await session.scalars(query.with_for_update())).one_or_none()


async def voicemail_left(
    session: AsyncSession, row: CallRow, left: ReportRecording, *, language: str, at: datetime
) -> None:
    """What was spoken after the tone waits for an agent, in the call's conversation, to be listened to; told twice it is one."""
    understood = InboundMessage(
        channel=ChannelKind.VOICE,
        sender=_sender(row.caller, row.provider_ref, ""),
        recipients=(Address(AddressKind.PHONE, row.called),),
        text=i18n.text(language, "voice.voicemail_text", seconds=left.seconds),
        remote_files=[RemoteFile(left.location, AUDIO)] if left.location else (),
        provider_id=left.recording_id,
        content_hash=hashlib.sha256(left.recording_id.encode()).hexdigest(),
        sent_at=None,
        conversation_key=f"{PROVIDER}:{row.provider_ref}",
        language=language,
        wish=Wish(queue=load(row.value).policy.queue, no_answer=True),
    )
    await take_in(session, [_received(row.account_id, row.called, language, understood, b"", at=at)])


def _received(
    account_id: str, address: str, language: str, understood: InboundMessage, body: bytes, *, at: datetime
) -> Received:
    return Received(
        inbound_id=new_id(),
        account_id=account_id,
        account_address=address,
        account_language=language,
        channel=ChannelKind.VOICE,
        received_at=at,
        size=len(body),
        raw=body,
        raw_sha256=None,
        understood=understood,
        correlation=correlation.get(),
    )


def _sender(caller: str, sid: str, name: str) -> Address:
    """Who withholds their number is somebody new each time."""
    return (
        Address(AddressKind.PHONE, caller, name) if caller else Address(AddressKind.EXTERNAL, f"withheld:{sid}", name)
    )


def _understood(number: Number, form: MultiMapping[str]) -> InboundMessage:
    """Each call is a conversation of its own."""
    sid = form["CallSid"]
    return InboundMessage(
        channel=ChannelKind.VOICE,
        sender=_sender(caller_of(form), sid, form.get("CallerName", "")[:200].strip()),
        recipients=(Address(AddressKind.PHONE, number.address),),
        text=i18n.text(number.language, "voice.call_text"),
        provider_id=sid,
        content_hash=hashlib.sha256(sid.encode()).hexdigest(),
        sent_at=None,
        conversation_key=f"{PROVIDER}:{sid}",
        language=number.language,
        wish=Wish(queue=number.settings.queue, no_answer=True, later=True),
    )
