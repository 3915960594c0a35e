"""HTTP: channel `api`: another program reports something that needs handling. It comes in by the one door, like mail.

`external_id` is the caller's own id for it: reported twice, it is one interaction, and the answer is the same.
"""

import hashlib
import re
from typing import Annotated

import orjson
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.channel import Address, AddressKind, ChannelKind, InboundMessage, Wish
from contact_center.clock import Clock
from contact_center.db import one_at_a_time
from contact_center.errors import Conflict
from contact_center.ids import new_id
from contact_center.intake.door import Intake
from contact_center.intake.models import Inbound
from contact_center.intake.received import Received
from contact_center.interactions.models import ChannelAccount, Message
from contact_center.interactions.queries import interaction_of
from contact_center.interactions.shapes import Interaction
from contact_center.language import guess
from contact_center.web import Context, Model, Reply, Routes, Text
from contact_center.web.fields import Level

ADDRESS = "api"
NUMBER = re.compile(r"\+[1-9][0-9]{5,14}")
"""E.164."""


PlainAddress = Annotated[Text, Field(min_length=1, max_length=320)]
"""An address alone; what it looks like says its kind."""


class From(Model):
    """Who it is from; the kind says what `value` is: a mailbox, an E.164 number, or an id of another system."""

    kind: AddressKind
    value: Annotated[Text, Field(min_length=1, max_length=320)]
    name: Annotated[Text, Field(max_length=200)] = ""


class Report(Model):
    """What is to be handled. `queue` and `skills` (name -> minimum level) are wishes; triage decides."""

    sender: Annotated[From | PlainAddress, Field(alias="from")]
    subject: Annotated[Text, Field(max_length=500)] = ""
    text: Annotated[Text, Field(min_length=1, max_length=100_000)]
    external_id: Annotated[Text, Field(min_length=1, max_length=200)]
    queue: Annotated[Text, Field(max_length=100)] = ""
    skills: Annotated[dict[str, Level], Field(max_length=20)] = {}


def api_routes(intake: Intake, clock: Clock) -> Routes:
    """Report an interaction."""
    routes = Routes("interactions")

    @routes.post("/interactions", allow="interactions.create", status=(201, 200), errors=[Conflict])
    async def create_interaction(context: Context, body: Report) -> Reply[Interaction]:
        """Report something that needs handling; repeating it with the same `external_id` answers 200."""
        account_id = await context.database.write(_account)
        item = _received(body, account_id, clock)
        taken = await intake.receive(item)
        async with context.database.read() as session:
            interaction_id = taken.interaction_id or await _of_copy(session, account_id, item.dedupe_key)
            if interaction_id is None:
                raise Conflict("not_taken_in")
            return Reply(await interaction_of(session, interaction_id), 200 if taken.duplicate else 201)

    return routes


async def _account(session: AsyncSession) -> str:
    """The installation's one account of channel `api`, made when it is first needed."""
    query = select(ChannelAccount.id).where(
        ChannelAccount.channel == ChannelKind.API.value, ChannelAccount.address == ADDRESS
    )
    found = await session.scalar(query)
    if found is None:
        await one_at_a_time(session, "channel_account.api")
        found = await session.scalar(query)
    if found is None:
        found = new_id()
        session.add(ChannelAccount(id=found, channel=ChannelKind.API.value, name="API", address=ADDRESS))
    return found


def _received(body: Report, account_id: str, clock: Clock) -> Received:
    raw = orjson.dumps(body.model_dump(mode="json", by_alias=True))
    sender = body.sender if isinstance(body.sender, From) else From(kind=_kind(body.sender), value=body.sender)
    value = sender.value.strip()
    return Received(
        inbound_id=new_id(),
        account_id=account_id,
        account_address=ADDRESS,
        account_language="en",
        channel=ChannelKind.API,
        received_at=clock.now(),
        size=len(raw),
        raw=raw,
        raw_sha256=None,
        understood=InboundMessage(
            channel=ChannelKind.API,
            sender=Address(sender.kind, value.lower() if sender.kind is AddressKind.EMAIL else value, sender.name),
            recipients=(),
            text=body.text,
            provider_id=body.external_id,
            # The external id alone tells copies apart: a program may word a repeated report differently.
            content_hash=hashlib.sha256(body.external_id.encode()).hexdigest(),
            sent_at=None,
            subject=body.subject,
            language=guess(f"{body.subject}\n{body.text}"),
            wish=Wish(queue=body.queue, skills=dict(body.skills)),
        ),
    )


def _kind(address: str) -> AddressKind:
    if "@" in address:
        return AddressKind.EMAIL
    return AddressKind.PHONE if NUMBER.fullmatch(address.strip()) else AddressKind.EXTERNAL


async def _of_copy(session: AsyncSession, account_id: str, dedupe_key: str) -> str | None:
    """The interaction of the first report."""
    return await session.scalar(
        select(Message.interaction_id)
        .join(Inbound, Inbound.message_id == Message.id)
        .where(Inbound.account_id == account_id, Inbound.dedupe_key == dedupe_key)
    )
