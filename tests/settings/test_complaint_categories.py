"""Categories of complaints as settings: there from the first day, in both languages, kept while a complaint has them."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.clock import Clock
from contact_center.complaints.models import Complaint
from contact_center.customers.models import Customer
from contact_center.ids import new_id
from contact_center.interactions.models import ChannelAccount, Conversation
from contact_center.tickets.models import Ticket

PATH = "/complaint-categories"
BOTH = {"en": "Late", "zh-CN": "迟到"}


async def test_a_new_house_has_categories_in_both_languages(house: Any) -> None:
    items = (await house.call("GET", PATH, role="agent"))[1]["items"]
    assert len(items) == 6 and all(set(one["name"]) == {"en", "zh-CN"} for one in items)
    assert [one["position"] for one in items] == list(range(6))


async def test_one_is_made_changed_retired_and_deleted_and_the_log_says_so(house: Any) -> None:
    made = await house.made(PATH, {"name": BOTH, "position": 9})
    status, changed = await house.call("PATCH", f"{PATH}/{made['id']}", {"active": False}, version=1)
    assert (status, changed["active"], changed["version"]) == (200, False, 2)
    assert (await house.call("PATCH", f"{PATH}/{made['id']}", {"active": True}, version=1))[0] == 412
    assert (await house.call("POST", PATH, {"name": BOTH}, role="supervisor"))[0] == 403
    assert (await house.call("DELETE", f"{PATH}/{made['id']}"))[0] == 204
    assert [row.action for row in await house.audit(made["id"])] == [
        f"complaint_category.{what}" for what in ("created", "changed", "deleted")
    ]


async def test_one_that_a_complaint_has_stays_and_says_which(house: Any) -> None:
    made = await house.made(PATH, {"name": BOTH})
    now = Clock().now()
    account, customer, ticket, conversation = (new_id() for _ in range(4))

    async def complain(session: AsyncSession) -> None:
        await session.execute(insert(Customer).values(id=customer, name="Ana", name_key="ana", created_at=now))
        await session.execute(
            insert(ChannelAccount).values(id=account, channel="email", name="House", address="a@house.example")
        )
        await session.execute(
            insert(Ticket).values(id=ticket, number=7, customer_id=customer, status="open", opened_at=now)
        )
        session.add(
            Conversation(
                id=conversation,
                account_id=account,
                channel="email",
                customer_id=customer,
                created_at=now,
                last_message_at=now,
            )
        )
        await session.flush()
        session.add(
            Complaint(
                id=new_id(),
                number=31,
                customer_id=customer,
                ticket_id=ticket,
                conversation_id=conversation,
                channel="email",
                category_id=made["id"],
                severity="minor",
                text="Late again",
                state="recorded",
                recorded_at=now,
            )
        )

    await house.database.write(complain)
    status, problem = await house.call("DELETE", f"{PATH}/{made['id']}")
    assert (status, problem["code"], problem["current"]["used_by"][0]["name"]) == (409, "in_use", "31")
