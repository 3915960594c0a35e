"""Triage: the pure decision by tables, and the job that puts what came in into line."""

import pytest

from contact_center.channel import Wish
from contact_center.queues.models import Queue
from routing.triage import Facts, House, QueueFacts, Rule, contains, decide, matches, sent_by, speaks
from tests.routing.conftest import Centre

SUPPORT = QueueFacts("support", "support", 0)
BILLING = QueueFacts("billing", "billing", 2, language_level=3, spoken=frozenset({"skill-zh"}))
FACTS = Facts(
    account_id="mailbox", sender="ana@shop.example", subject="Refund please", text="It broke", language="zh-CN"
)


def rule(name: str, when: dict[str, object], queue: str = "billing", **then: object) -> Rule:
    return Rule(name, name, when, {"queue_id": queue, **then})


@pytest.mark.parametrize(
    ("keyword", "text", "found"),
    [
        ("refund", "Refund please", True),
        ("REFUND", "a ｒｅｆｕｎｄ", True),
        ("fund", "Refund please", False),
        ("art", "article", False),
        ("don't", "I don't know", True),
        ("money back", "my money\n back", True),
        ("退款", "我要退款谢谢", True),
        ("退货", "我要退款谢谢", False),
        ("straße", "STRASSE 5", True),
        ("c++", "I like C++ a lot", True),
        ("  ", "anything", False),
    ],
)
def test_keywords_are_words_and_chinese_is_found_anywhere(keyword: str, text: str, found: bool) -> None:
    from contact_center.db import fold

    assert contains(fold(text), keyword) is found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("ana@shop.example", True),
        ("ANA@Shop.Example", True),
        ("bob@shop.example", False),
        ("@shop.example", True),
        ("shop.example", True),
        ("example", True),
        ("op.example", False),
        ("@", False),
    ],
)
def test_a_sender_is_an_address_or_a_domain_with_all_below_it(wanted: str, found: bool) -> None:
    assert sent_by("Ana@shop.example", wanted) is found


def test_a_language_covers_its_varieties_only() -> None:
    assert speaks("zh-CN", "zh") and speaks("zh-cn", "zh-CN")
    assert not speaks("zh", "zh-CN") and not speaks(None, "zh") and not speaks("en", "zh")


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ({}, True),
        ({"account_ids": ["mailbox"], "languages": ["en", "zh"]}, True),
        ({"account_ids": ["another"]}, False),
        ({"languages": ["en"]}, False),
        ({"keywords": ["broke"], "keyword_in": "any"}, True),
        ({"keywords": ["broke"], "keyword_in": "subject"}, False),
        ({"keywords": ["refund"], "keyword_in": "subject", "senders": ["other.example"]}, False),
    ],
)
def test_all_conditions_given_must_hold(when: dict[str, object], found: bool) -> None:
    assert matches(when, FACTS) is found


def test_the_first_rule_that_matches_wins_and_one_without_its_queue_is_passed_over() -> None:
    rules = [
        rule("gone", {}, "deleted"),
        rule("first", {"keywords": ["refund"]}, priority=5),
        rule("all", {}, "support"),
    ]
    outcome = decide(FACTS, House(rules, [SUPPORT, BILLING]))
    assert outcome is not None
    assert (outcome.rule, outcome.queue_id, outcome.priority) == (rules[1], "billing", 7)


def test_without_a_rule_the_accounts_queue_and_else_the_first_takes_it() -> None:
    house = House([], [SUPPORT, BILLING])
    assert decide(Facts("m", "", "", "", None, default_queue_id="billing"), house).queue_id == "billing"  # type: ignore[union-attr]
    assert decide(Facts("m", "", "", "", None, default_queue_id="closed"), house).queue_id == "support"  # type: ignore[union-attr]
    assert decide(FACTS, House([], [])) is None


def test_a_wish_by_name_comes_first_and_unknown_skills_are_left_out() -> None:
    wishing = Facts("m", "", "", "", None, wished_queue=" BILLING ", wished_skills={"Returns": 4, "Magic": 9})
    outcome = decide(wishing, House([rule("all", {}, "support")], [SUPPORT, BILLING], skills={"returns": "skill-r"}))
    assert outcome is not None
    assert outcome.queue_id == "billing"
    assert outcome.skills == ({"skill_id": "skill-r", "level": 4, "required": True},)


def test_the_customers_language_is_asked_where_the_queue_asks_and_somebody_speaks_it() -> None:
    languages = {"zh": "skill-zh", "pt": "skill-pt"}
    house = House([], [SUPPORT, BILLING], languages=languages)

    def asked(language: str, queue: str) -> list[str]:
        outcome = decide(Facts("m", "", "", "", language, default_queue_id=queue), house)
        assert outcome is not None
        return [skill["skill_id"] for skill in outcome.skills]

    assert asked("zh-CN", "billing") == ["skill-zh"]
    assert asked("pt", "billing") == [], "nobody there speaks it: better somebody than nobody"
    assert asked("zh-CN", "support") == []


async def test_a_mail_finds_its_queue_by_a_rule_with_priority_and_skills(centre: Centre) -> None:
    skill = await centre.skill("Returns")
    then = {"queue_id": centre.other_queue_id, "priority": 2, "skills": [{"skill_id": skill, "level": 4}]}
    await centre.rule("Refunds", {"keywords": ["退款"], "keyword_in": "any"}, then)
    mail, other = await centre.mail(text="我要退款"), await centre.mail(text="hello")
    interaction = await centre.interaction(mail)
    assert (interaction.queue_id, interaction.priority, interaction.units) == (centre.other_queue_id, 2, 10)
    assert interaction.skills == [{"skill_id": skill, "level": 4, "required": True}]
    assert (await centre.conversation(mail)).queue_id == centre.other_queue_id
    assert (await centre.ticket(interaction.ticket_id)).queue_id == centre.other_queue_id
    assert (await centre.interaction(other)).queue_id == centre.queue_id


async def test_many_are_put_in_line_at_once_and_twice_is_harmless(centre: Centre) -> None:
    mails = [await centre.mail(routed=False) for _ in range(30)]
    wished = await centre.mail(routed=False, wish=Wish(queue="billing"))
    await centre.triage(*mails, wished)
    await centre.triage(*mails, wished)
    assert {(await centre.interaction(mail)).queue_id for mail in mails} == {centre.queue_id}
    assert (await centre.interaction(wished)).queue_id == centre.other_queue_id
    assert await centre.history_of(mails[0]) == [
        (None, "received", "inbound"),
        ("received", "queued", "triaged"),
    ]


async def test_without_any_queue_what_came_in_waits_visibly_for_one(centre: Centre) -> None:
    async def switch(enabled: bool) -> None:
        async def unit(session) -> None:  # type: ignore[no-untyped-def]
            for queue_id in (centre.queue_id, centre.other_queue_id):
                (await session.get(Queue, queue_id)).enabled = enabled

        await centre.do(unit)

    await switch(False)
    mail = await centre.mail(routed=False)
    assert not await centre.triage(mail)
    assert (await centre.interaction(mail)).state == "received"
    await switch(True)
    assert await centre.triage(mail)
    assert (await centre.interaction(mail)).state == "queued"
