"""What becomes of a chat: kept, caught up, signed in, left, answered by mail, abandoned, blocked. Without a browser."""

import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import func, select, update

from contact_center.customers.models import Identity
from contact_center.interactions import accounts
from contact_center.interactions.models import ChannelAccount, Conversation, Interaction, Message
from tests.flows.caller import Tab, tab, together
from tests.flows.house import House, Person, letter, opened
from tests.waiting import eventually

SECRET = "the shop's own secret, at least 32 characters long"
IMPATIENT = {"abandon_seconds": 1.0, "idle_seconds": 2.0, "gone_seconds": 0.1, "look_seconds": 0.2}


@pytest.fixture
async def hasty(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """A house where nobody is waited for long."""
    async with opened(database_url, tmp_path / "data", chat=IMPATIENT) as running:
        yield running


async def talking(house: House, text: str = "Hello", **hello: Any) -> tuple[Tab, Person, str]:
    """A visitor in conversation with Alice: (tab, Alice, conversation)."""
    alice = await house.sign_in("alice")
    await alice.available()
    visitor = await tab(house, **hello)
    await visitor.say(text)
    assignment = await alice.accept(await alice.offer())
    await visitor.hears("agent_joined")
    return visitor, alice, str(assignment["conversation_id"])


def signed(subject: str = "cust-77", *, secret: str = SECRET, lasts: float | None = 600, **claims: Any) -> str:
    """What the shop's server gives its page."""
    whole = {"sub": subject, "name": "Ana Ferreira", **claims}
    if lasts is not None:
        whole["exp"] = int(time.time() + lasts)
    return jwt.encode({"alg": "HS256"}, whole, OctKey.import_key(secret))


async def let_sign(house: House) -> None:
    """Give the shop its secret, as its settings page does."""

    async def unit(session: Any) -> None:
        account = (await session.scalars(select(ChannelAccount).where(ChannelAccount.address == "shop"))).one()
        sealed = house.server.sealer.seal(SECRET, place=accounts.place(account.id, "signing_secret"))
        await session.execute(
            update(ChannelAccount).where(ChannelAccount.id == account.id).values(secrets={"signing_secret": sealed})
        )

    await house.server.database.write(unit)
    house.server.chat.sites._until = 0.0


async def count(house: House, what: Any, *where: Any) -> int:
    async with house.server.database.read() as session:
        return int(await session.scalar(select(func.count()).select_from(what).where(*where)) or 0)


async def test_a_message_sent_again_is_stored_once_and_acked_alike(house: House) -> None:
    visitor = await tab(house)
    body = {"client_message_id": "one", "text": "Where is my parcel?"}
    answers = [await visitor.ask("message", body) for _ in range(3)]
    assert [one["message"]["id"] for one in answers] == [answers[0]["message"]["id"]] * 3
    assert await count(house, Message, Message.text == "Where is my parcel?") == 1
    other = await tab(house)
    told = await other.ask("message", body)
    assert told["ok"] and told["message"]["id"] != answers[0]["message"]["id"]
    await together(visitor, other)


async def test_a_tab_that_was_away_gets_exactly_what_it_missed(house: House) -> None:
    visitor, alice, conversation = await talking(house)
    await alice.reply(conversation, "One", then="stay")
    first = await visitor.hears_text("One")
    welcome = await visitor.hello()
    await visitor.close()
    await alice.reply(conversation, "Two", then="stay")
    again = await Tab(house, token=visitor.token).connect()
    answer = await again.hello(after=first["id"], after_version=welcome["version"])
    texts = [one["text"] for one in answer["messages"]]
    assert texts[-1] == "Two" and answer["version"] > welcome["version"] and not answer["whole"]
    same = await again.hello(after=answer["messages"][-1]["id"], after_version=answer["version"])
    assert same["messages"] == []
    await again.close()


async def test_a_ping_tells_of_what_no_event_told(house: House) -> None:
    visitor, alice, conversation = await talking(house)
    before = await visitor.ask("ping")
    assert (await visitor.ask("ping"))["version"] == before["version"]
    await alice.reply(conversation, "Still there?", then="stay")
    after = await visitor.ask("ping")
    assert after["version"] > before["version"] and after["state"] == "talking"
    await visitor.close()


async def test_a_token_leads_back_and_nothing_else_does(house: House) -> None:
    visitor = await tab(house)
    await visitor.say("My secret order 4711")
    assert visitor.token is not None
    back = await tab(house, token=visitor.token)
    assert [one["text"] for one in (await back.hello())["messages"]] == ["My secret order 4711"]
    for wrong in (None, "nonsense", visitor.token[:-2] + "aa", "a" * 400):
        stranger = await tab(house, token=wrong)
        assert (await stranger.hello())["messages"] == []
        await stranger.close()
    await together(visitor, back)


async def test_who_only_says_to_be_a_known_customer_sees_and_gets_none_of_it(house: House) -> None:
    await house.mail(letter(text="I was charged twice for A-77310."))
    known = await count(house, Identity, Identity.value == "ana@customer.example")
    assert known == 1
    visitor = await tab(house, identity={"name": "Ana Ferreira", "email": "ana@customer.example"})
    await visitor.say("It is me")
    answer = await visitor.hello()
    assert [one["text"] for one in answer["messages"]] == ["It is me"]
    async with house.server.database.read() as session:
        of_mail = select(Conversation.customer_id).where(Conversation.subject == "Charged twice")
        mail = await session.scalar(of_mail.order_by(Conversation.created_at.desc()))
        chat = await session.scalar(select(Conversation.customer_id).where(Conversation.preview == "It is me"))
    assert mail is not None and chat is not None and mail != chat
    await visitor.close()


async def test_signing_in_takes_the_open_conversation_along_and_signing_out_leaves_it_behind(house: House) -> None:
    await let_sign(house)
    visitor, alice, conversation = await talking(house, "Anonymous so far")
    anonymous = visitor.token
    answer = await visitor.ask("identify", {"signed": signed()})
    assert answer["ok"] and answer["conversation"] == conversation and answer["visitor"]["verified"]
    await visitor.say("Now you know me")
    await alice.reply(conversation, "Hello Ana", then="stay")
    await visitor.hears_text("Hello Ana")
    elsewhere = await tab(house, identity=signed())
    assert [one["text"] for one in (await elsewhere.hello())["messages"]] == [
        "Anonymous so far", "Now you know me", "Hello Ana",
    ]  # fmt: skip
    shared = await tab(house, token=anonymous)
    assert (await shared.hello())["messages"] == []
    panel = await alice.call("GET", f"/conversations/{conversation}")
    assert panel["item"]["customer"]["name"] == "Ana Ferreira"
    await together(visitor, elsewhere, shared)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (signed(secret="another secret of more than 32 characters!"), "bad_signature"),
        (signed(lasts=-3600), "signature_expired"),
        (signed(lasts=None), "signature_without_end"),
        (signed(lasts=40 * 86_400), "signature_too_long"),
        ("no.token.at.all", "bad_signature"),
    ],
)
async def test_a_signature_that_does_not_count_signs_nobody_in(house: House, text: str, code: str) -> None:
    await let_sign(house)
    visitor = await tab(house)
    answer = await visitor.ask("identify", {"signed": text})
    assert (answer["ok"], answer["code"]) == (False, code)
    assert not (await visitor.hello())["visitor"]["verified"]
    await visitor.close()


async def test_several_tabs_of_one_visitor_show_the_same(house: House) -> None:
    first = await tab(house)
    second = await tab(house, token=first.token)
    await first.say("From the first tab")
    await second.hears_text("From the first tab")
    await second.say("From the second tab")
    await first.hears_text("From the second tab")
    await together(first, second)


async def test_who_waits_is_told_the_place_in_line(house: House) -> None:
    first, second = await tab(house), await tab(house)
    await first.say("First")
    await eventually(lambda: first.events("queue"), what="the first place")
    await second.say("Second")

    async def place() -> bool:
        return bool((await second.ask("ping"))["queue_position"] == 2)

    await eventually(place, what="the second place")
    assert (await first.ask("ping"))["queue_position"] == 1
    await together(first, second)


async def test_typing_goes_both_ways(house: House) -> None:
    visitor, alice, conversation = await talking(house)
    await alice.socket.call("join", {"room": f"conversation:{conversation}"}, namespace="/agent")
    await visitor.ask("typing", {"on": True})
    await eventually(lambda: alice.events("typing"), what="the visitor typing")
    await alice.socket.call("typing", {"conversation_id": conversation}, namespace="/agent")
    assert (await visitor.hears("typing"))["agent"]["name"].startswith("Alice")
    await visitor.close()


async def test_what_the_visitor_has_read_shows_on_the_agents_message(house: House) -> None:
    visitor, alice, conversation = await talking(house)
    await alice.reply(conversation, "Read me", then="stay")
    message = await visitor.hears_text("Read me")

    async def state() -> str:
        return str((await alice.thread(conversation))[-1]["delivery"]["state"])

    async def sent() -> bool:
        return await state() == "sent"

    await eventually(sent, what="sent")
    await visitor.ask("read", {"message_id": message["id"]})
    assert await state() == "read"
    await visitor.close()


async def test_a_transferred_chat_says_who_goes_on(house: House) -> None:
    visitor, alice, conversation = await talking(house)
    bob = await house.sign_in("bob")
    await bob.available()
    agents = (await bob.call("GET", "/agents"))["items"]
    (to,) = [one["id"] for one in agents if one["name"] == "Bob Martin"]
    held = await alice.call("GET", f"/conversations/{conversation}")
    interaction = held["item"]["interaction"]["id"]
    await alice.call("POST", f"/interactions/{interaction}/transfer", {"agent_id": to, "note": "billing"})
    told = await visitor.hears("agent_joined", 2)
    assert told["agent"]["name"] == "Bob Martin"
    await bob.reply(conversation, "Bob here", then="stay")
    await visitor.hears_text("Bob here")
    assert "billing" not in str(visitor.heard)
    await visitor.close()


async def test_who_waits_and_goes_away_has_abandoned(hasty: House) -> None:
    visitor = await tab(hasty)
    await visitor.say("Anybody?")
    await visitor.close()

    async def abandoned() -> bool:
        return await count(hasty, Interaction, Interaction.channel == "chat", Interaction.state == "abandoned") == 1

    await eventually(abandoned, what="abandoned")
    back = await tab(hasty, token=visitor.token)
    await back.say("I am back")
    assert await count(hasty, Interaction, Interaction.channel == "chat") == 2
    await back.close()


async def test_silence_after_our_last_word_ends_the_chat(hasty: House) -> None:
    visitor, alice, conversation = await talking(hasty)
    await alice.reply(conversation, "Anything else?", then="stay")
    await visitor.hears("closed")
    assert (await visitor.hello())["state"] == "ended"
    await visitor.say("Yes!")
    offer = await alice.offer(number=2)
    assert offer["conversation_id"] == conversation
    await visitor.close()


async def test_who_left_gets_the_answer_by_mail_and_the_answer_to_that_is_the_same_ticket(hasty: House) -> None:
    identity = {"name": "Tom", "email": "tom@visitor.example"}
    visitor, alice, conversation = await talking(hasty, "Please call me back", identity=identity)
    await visitor.close()
    await alice.reply(conversation, "We tried to reach you.", then="stay")
    caught = await hasty.caught("tom@visitor.example")
    assert "We tried to reach you." in str(caught.parsed().get_body(("plain",)))
    answer = letter("tom@visitor.example", "Re: chat", "Here I am.", In_Reply_To=str(caught.parsed()["Message-ID"]))
    await hasty.mail(answer)

    async def tickets() -> set[str | None]:
        async with hasty.server.database.read() as session:
            rows = await session.scalars(
                select(Conversation.ticket_id)
                .join(Message, Message.conversation_id == Conversation.id)
                .where(Message.text.like("%Here I am.%") | (Conversation.id == conversation))
            )
            return set(rows)

    assert len(await tickets()) == 1
    assert await count(hasty, Message, Message.text.like("%Here I am.%")) == 1


async def test_a_message_left_is_answered_by_mail_and_takes_the_chat_out_of_the_line(house: House) -> None:
    visitor = await tab(house)
    await visitor.say("Is nobody there?")
    left = {"client_message_id": "l1", "text": "Then write to me.", "email": "Tom@Visitor.example", "name": "Tom"}
    assert [(await visitor.ask("leave_message", left))["ok"] for _ in range(2)] == [True, True]
    assert await count(house, Message, Message.text == "Then write to me.") == 1
    assert await count(house, Interaction, Interaction.channel == "chat", Interaction.state == "diverted") == 1
    alice = await house.sign_in("alice")
    await alice.available()
    offer = await alice.offer()
    assert offer["channel"] == "email"
    await alice.accept(offer)
    await alice.reply(offer["conversation_id"], "Here we are.")
    caught = await house.caught("Tom@Visitor.example")
    assert "Here we are." in str(caught.parsed().get_body(("plain",)))
    await visitor.close()


async def test_without_anybody_at_work_the_visitor_is_told_so(house: House) -> None:
    visitor = await tab(house)
    assert (await visitor.ask("ping"))["staffed"] is False
    alice = await house.sign_in("alice")
    await alice.available()
    assert (await visitor.ask("ping"))["staffed"] is True
    await visitor.close()


async def test_a_blocked_visitor_is_heard_no_more(house: House) -> None:
    visitor, alice, conversation = await talking(house)
    view = await alice.call("PUT", f"/conversations/{conversation}/visitor", {"blocked": True})
    assert view["blocked"]
    refused = await visitor.ask("message", {"client_message_id": "x", "text": "Rude words"})
    assert (refused["ok"], refused["code"]) == (False, "blocked")
    assert await count(house, Message, Message.text == "Rude words") == 0
    await alice.call("PUT", f"/conversations/{conversation}/visitor", {"blocked": False})
    await visitor.say("Sorry")
    await visitor.close()


async def test_files_go_both_ways_and_to_nobody_else(house: House) -> None:
    visitor, alice, conversation = await talking(house)
    stranger = await tab(house)
    url = f"{house.url}/public/v1/files"
    headers, others = {"X-Visitor-Token": visitor.token or ""}, {"X-Visitor-Token": stranger.token or ""}
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", b"a broken lamp", filename="lamp 灯.txt", content_type="text/plain")
    async with aiohttp.ClientSession() as http:
        async with http.post(url, data=form, headers=headers) as answer:
            assert answer.status == 201
            file = await answer.json()
        message = await visitor.say("", file_ids=[file["id"]])
        assert [one["name"] for one in message["files"]] == ["lamp 灯.txt"]
        refused = await stranger.ask("message", {"client_message_id": "f", "text": "", "file_ids": [file["id"]]})
        assert refused["code"] == "not_taken"
        for token, status in ((headers, 200), (others, 404), ({}, 401)):
            async with http.get(f"{url}/{message['files'][0]['id']}", headers=token) as answer:
                assert answer.status == status
    shown = (await alice.thread(conversation))[-1]
    assert shown["attachments"][0]["name"] == "lamp 灯.txt"
    await together(visitor, stranger)


async def test_only_pages_of_the_sites_own_origins_get_its_settings(house: House) -> None:
    async with aiohttp.ClientSession() as http:
        for origin, status in ((None, 200), (house.url, 200), ("https://evil.example", 403)):
            headers = {"Origin": origin} if origin else {}
            async with http.get(f"{house.url}/public/v1/widget/shop", headers=headers) as answer:
                assert answer.status == status
        async with http.get(f"{house.url}/widget/panel?site=shop") as answer:
            policy = answer.headers["Content-Security-Policy"]
            assert policy.endswith("frame-ancestors 'self'")
        async with http.get(f"{house.url}/public/v1/widget/nowhere") as answer:
            assert answer.status == 404


async def test_too_many_messages_are_told_to_wait_and_none_is_lost(database_url: str, tmp_path: Path) -> None:
    async with opened(
        database_url, tmp_path / "data", chat={"message_burst": 5, "messages_per_second": 0.001}
    ) as house:
        visitor = await tab(house)
        bodies = [{"client_message_id": f"m{n}", "text": f"number {n}"} for n in range(9)]
        answers = [await visitor.ask("message", body) for body in bodies]
        assert [answer["ok"] for answer in answers] == [True] * 5 + [False] * 4
        assert all(one["code"] == "too_many" and one["retry_after"] > 0 for one in answers[5:])
        assert await count(house, Message, Message.text.like("number %")) == 5
        await visitor.close()


WRONG_FRAMES: tuple[Any, ...] = (
    None, 7, "text", [], [1], {}, {"text": None}, {"client_message_id": "x" * 65, "text": "a"},
    {"client_message_id": "ok", "text": "x" * 10_001}, {"client_message_id": {"a": 1}, "text": ["b"]},
    {"client_message_id": "a", "text": "   "}, {"client_message_id": "b", "text": "c", "file_ids": ["nope"]},
    {"signed": 5}, {"message_id": "x"}, {"before": None}, {"token": 9}, {"identity": {"name": 3}},
)  # fmt: skip


async def test_frames_that_make_no_sense_are_refused_by_name(house: House) -> None:
    visitor = await Tab(house).connect()
    assert (await visitor.ask("message", {"client_message_id": "a", "text": "b"}))["code"] == "say_hello"
    await visitor.hello()
    for event in ("hello", "message", "identify", "read", "earlier", "leave_message", "transcript", "typing"):
        for frame in WRONG_FRAMES:
            answer = await visitor.ask(event, frame)
            assert answer["ok"] or answer["code"] not in ("internal", "unavailable"), (event, frame, answer)
    await visitor.hello()
    stored = await visitor.say("a\x00b \ud83d\ude00 ok")
    assert stored["text"].endswith("ok")
    await visitor.close()
