"""The router at work on the database: who is offered what, what becomes of offers, and whose place in line is kept."""

import pytest

from contact_center.agents.states import Presence
from contact_center.errors import Conflict
from tests.routing.conftest import Centre


async def test_a_mail_is_offered_to_the_free_agent_and_accepted(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None and offer.agent_id == alice
    assert (offer.expires_at - offer.offered_at).total_seconds() == 120
    assert (await centre.interaction(mail)).state == "offered"
    assert (await centre.agent_row(alice)).used == 10
    given = await centre.accept(offer)
    interaction = await centre.interaction(mail)
    assert (interaction.state, interaction.agent_id) == ("assigned", alice)
    conversation = await centre.conversation(mail)
    assert (conversation.agent_id, conversation.queue_id) == (alice, centre.queue_id)
    assert (await centre.ticket(interaction.ticket_id)).status == "open"
    assert (await centre.accept(offer)).id == given.id
    await centre.step()
    assert centre.router.status().assigned == 1
    assert (await centre.agent_row(alice)).used == 10


async def test_a_declined_mail_goes_to_the_next_agent_and_not_back_for_a_minute(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    await centre.decline(await centre.pending(mail))
    assert (await centre.interaction(mail)).state == "queued"
    await centre.step(30)
    assert await centre.pending(mail) is None
    bob = await centre.agent("bob")
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None and offer.agent_id == bob
    await centre.decline(offer)
    await centre.step(31)
    offer = await centre.pending(mail)
    assert offer is not None and offer.agent_id == alice
    assert (await centre.agent_row(alice)).misses == 0


async def test_two_misses_make_an_agent_not_responding_until_they_come_back(centre: Centre) -> None:
    alice = await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    await centre.step(121)
    first = (await centre.offers(mail))[0]
    assert first.state == "expired"
    assert (await centre.agent_row(alice)).misses == 1
    second = await centre.pending(mail)
    assert second is not None and second.agent_id == alice
    await centre.step(121)
    assert (await centre.agent_row(alice)).forced == "not_responding"
    assert await centre.pending(mail) is None
    assert (await centre.interaction(mail)).state == "queued"
    assert (await centre.agent_row(alice)).used == 0
    await centre.presence(alice, Presence.AVAILABLE)
    await centre.step()
    offer = await centre.pending(mail)
    assert offer is not None and offer.agent_id == alice


async def test_an_expired_offer_cannot_be_accepted_even_before_the_router_noticed(centre: Centre) -> None:
    await centre.agent("alice")
    mail = await centre.mail()
    await centre.step()
    offer = await centre.pending(mail)
    centre.clock.advance(120)
    with pytest.raises(Conflict) as refused:
        await centre.accept(offer)
    assert refused.value.code == "offer_gone"
    assert refused.value.current == {"state": "expired", "by": None}
