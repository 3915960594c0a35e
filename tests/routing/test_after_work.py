"""When handling ends: at once, or after wrap-up; a customer who writes meanwhile goes on with the same agent."""

from typing import Any

import pytest

from contact_center import history
from contact_center.errors import Conflict
from contact_center.ids import new_id
from contact_center.interactions import ending
from contact_center.queues.models import Queue, WrapUpCode
from tests.routing.conftest import Centre


async def queue(centre: Centre, **values: Any) -> None:
    async def unit(session: Any) -> None:
        row = await session.get(Queue, centre.queue_id)
        for name, value in values.items():
            setattr(row, name, value)

    await centre.do(unit)


async def in_hand(centre: Centre) -> tuple[str, str]:
    """An agent with a mail in hand."""
    agent = await centre.agent("alice")
    mail = await centre.mail("ana@a.example")
    await centre.step()
    await centre.accept(await centre.pending(mail))
    return agent, mail


async def phase(centre: Centre, mail: str) -> tuple[str, str]:
    (assignment,) = await centre.assignments(mail)
    return (await centre.interaction(mail)).state, assignment.state


async def test_without_after_work_the_contact_ends_at_once(centre: Centre) -> None:
    agent, mail = await in_hand(centre)
    await centre.finish(mail)
    assert await phase(centre, mail) == ("closed", "ended")
    assert (await centre.agent_row(agent)).used == 0


async def test_timed_after_work_holds_capacity_and_ends_by_itself(centre: Centre) -> None:
    await queue(centre, after_work="timed", after_work_seconds=30)
    agent, mail = await in_hand(centre)
    await centre.finish(mail)
    await centre.finish(mail)
    assert await phase(centre, mail) == ("assigned", "wrapping_up")
    assert (await centre.agent_row(agent)).used == 10
    await centre.step(29)
    assert await phase(centre, mail) == ("assigned", "wrapping_up")
    await centre.step(1)
    assert await phase(centre, mail) == ("closed", "ended")
    assert (await centre.agent_row(agent)).used == 0
    assert (await centre.interaction(mail)).result == "handled"


async def test_a_customer_who_writes_during_wrap_up_is_the_same_agents_again(centre: Centre) -> None:
    await queue(centre, after_work="timed", after_work_seconds=30)
    _, mail = await in_hand(centre)
    await centre.finish(mail)
    conversation = (await centre.interaction(mail)).conversation_id
    assert await centre.mail("ana@a.example", answers=conversation) == mail
    assert await phase(centre, mail) == ("assigned", "active")
    await centre.step(60)
    assert await phase(centre, mail) == ("assigned", "active"), "the timer went with the wrap-up"
    assert (await centre.conversation(mail)).attention == "now"
    await centre.finish(mail)
    assert await phase(centre, mail) == ("assigned", "wrapping_up")


async def test_a_code_that_is_required_is_waited_for(centre: Centre) -> None:
    await queue(centre, wrap_up_required=True)
    agent, mail = await in_hand(centre)
    await centre.finish(mail)
    code_id = new_id()

    async def add(session: Any) -> None:
        session.add(WrapUpCode(id=code_id, name={"en": "Refund", "zh-CN": "退款"}))

    await centre.do(add)
    at, actor = centre.clock.now(), history.user(centre.users[agent])
    with pytest.raises(Conflict) as refused:
        await centre.do(lambda s: ending.wrap_up(s, mail, code_id=None, note=None, at=at, actor=actor))
    assert refused.value.code == "wrap_up_required"
    await centre.do(lambda s: ending.wrap_up(s, mail, code_id=code_id, note="done", at=at, actor=actor))
    assert await phase(centre, mail) == ("closed", "ended")
    row = await centre.interaction(mail)
    assert (row.wrap_up_code_id, row.wrap_up_note, row.result) == (code_id, "done", "handled")


async def test_who_vanishes_while_wrapping_up_leaves_nothing_to_hand_over(centre: Centre) -> None:
    await queue(centre, after_work="optional")
    agent, mail = await in_hand(centre)
    await centre.step(46)
    await centre.finish(mail)
    centre.dark.add(agent)
    await centre.step(50)
    assert (await centre.agent_row(agent)).forced == "disconnected"
    assert await phase(centre, mail) == ("closed", "ended")
