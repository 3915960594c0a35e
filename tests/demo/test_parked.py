"""What could not be taken in is listed with its reason, can be read byte for byte, and tried again."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.ids import new_id
from contact_center.intake.models import Inbound

RAW = (
    b"From: =?utf-8?b?5YiY5Lyf?= <liu.wei@kehu.example>\r\nTo: zh@demo.example\r\nSubject: =?utf-8?b?5Y+R56Wo?=\r\n"
    b"Message-ID: <parked-1@kehu.example>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\nHello\r\n"
)


async def _parked(demo_house: Any) -> str:
    await demo_house.sign_in("admin")
    _, accounts = await demo_house.call("GET", "/channel-accounts")
    account_id = next(one["id"] for one in accounts["items"] if one["address"] == "zh@demo.example")
    identifier = new_id()

    async def unit(session: AsyncSession) -> None:
        session.add(
            Inbound(
                id=identifier,
                account_id=account_id,
                channel="email",
                received_at=demo_house.server.clock.now(),
                raw=RAW,
                size=len(RAW),
                envelope={"mail_from": "liu.wei@kehu.example", "rcpt_to": ["zh@demo.example"]},
                dedupe_key="0" * 64,
                state="parked",
                reason="intake_failed",
                detail="KeyError",
                correlation="c",
            )
        )

    await demo_house.server.database.write(unit)
    return identifier


async def test_a_parked_mail_shows_its_reason_sender_and_subject(demo_house: Any) -> None:
    identifier = await _parked(demo_house)

    _, listed = await demo_house.call("GET", "/parked")
    async with demo_house.http.get(f"{demo_house.base}/api/v1/parked/{identifier}/raw") as answer:
        raw, kind = await answer.read(), answer.content_type

    (item,) = listed["items"]
    assert (item["id"], item["size"]) == (identifier, len(RAW))
    assert (item["reason"], item["detail"]) == ("intake_failed", "KeyError")
    assert (item["from"], item["subject"]) == ("刘伟 <liu.wei@kehu.example>", "发票")
    assert item["account"]["name"] == "中文支持"
    assert (raw, kind) == (RAW, "message/rfc822")


async def test_it_can_be_tried_again_once(demo_house: Any) -> None:
    identifier = await _parked(demo_house)

    status, replayed = await demo_house.call("POST", f"/parked/{identifier}/replay")
    again, problem = await demo_house.call("POST", f"/parked/{identifier}/replay")

    assert (status, replayed["state"]) == (200, "replayed")
    assert replayed["conversation_id"] is not None
    assert (again, problem["code"]) == (409, "not_parked")
    assert (await demo_house.call("GET", "/parked"))[1]["items"] == []


async def test_supervisors_look_but_do_not_try_again_and_agents_do_neither(demo_house: Any) -> None:
    identifier = await _parked(demo_house)

    await demo_house.sign_in("supervisor")
    assert (await demo_house.call("GET", "/parked"))[0] == 200
    assert (await demo_house.call("POST", f"/parked/{identifier}/replay"))[0] == 403
    await demo_house.sign_in("alice")
    assert (await demo_house.call("GET", "/parked"))[0] == 403
