"""The main job, wire to wire: a mail comes in, rings, is answered, and the answer comes back to the same agent."""

import asyncio
import email
import smtplib
from email.policy import default

import pytest

from tests.flows.house import SUPPORT, House, letter
from tests.waiting import eventually


async def test_a_mail_rings_is_answered_and_the_answer_returns_to_the_same_agent(house: House) -> None:
    alice, bob = await house.sign_in("alice"), await house.sign_in("bob")
    await bob.available()
    await alice.available()
    first = letter(text="I was charged twice for A-77310.")
    await house.mail(first)
    ringing = await eventually(
        lambda: [person for person in (alice, bob) if person.events("offer.made")], what="somebody's offer"
    )
    agent, other = ringing[0], bob if ringing[0] is alice else alice
    offer = await agent.offer()
    assert offer["subject"] == "Charged twice" and offer["customer"]["name"] == "Ana Ferreira"
    assignment = await agent.accept(offer)
    conversation = assignment["conversation_id"]
    assert [message["text"].strip() for message in await agent.thread(conversation)][
        0
    ] == "I was charged twice for A-77310."
    await agent.reply(conversation, "I am looking into it.\n谢谢您的耐心。")

    caught = await house.caught("ana@customer.example")
    parsed = email.message_from_bytes(caught.raw, policy=default)
    assert parsed["In-Reply-To"] == first["Message-ID"]
    assert str(parsed["References"]).split() == [first["Message-ID"]]
    body = parsed.get_body(("plain",))
    assert body is not None and "谢谢您的耐心。" in body.get_content()
    assert parsed["Message-ID"] and parsed["From"].addresses[0].addr_spec.startswith("support")

    answer = letter(
        text="Thank you!",
        subject="Re: Charged twice",
        In_Reply_To=parsed["Message-ID"],
        References=f"{first['Message-ID']} {parsed['Message-ID']}",
    )
    await house.mail(answer)
    again = await agent.offer(number=2)
    assert again["conversation_id"] == conversation and again["reason"]["rule"] == "last_agent"
    assert not other.events("offer.made")


async def test_whoever_writes_to_the_postmaster_of_our_domain_is_heard(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    await house.mail(letter(subject="Your mail bounces"), to=f"Postmaster@{SUPPORT.partition('@')[2]}")
    assert (await alice.offer())["subject"] == "Your mail bounces"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        await house.mail(letter(), to="postmaster@elsewhere.example")


async def test_the_same_bytes_four_times_at_once_are_one_message(house: House) -> None:
    mail = letter()
    await asyncio.gather(*(house.mail(mail) for _ in range(4)))
    supervisor = await house.sign_in("supervisor", connect=False)
    found = await supervisor.call("GET", "/conversations?view=all&q=Charged")
    mine = [
        item
        for item in found["items"]
        if item["customer"]["name"] == "Ana Ferreira" and item["subject"] == "Charged twice"
    ]
    threads = [await supervisor.thread(item["id"]) for item in mine]
    assert sum(message["direction"] == "in" for thread in threads for message in thread) == 1


async def test_mail_for_nobody_here_is_refused_and_leaves_nothing(house: House) -> None:
    import smtplib

    import pytest

    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        await house.mail(letter(), to="nobody@elsewhere.example")
    assert refused.value.recipients["nobody@elsewhere.example"][0] == 550
