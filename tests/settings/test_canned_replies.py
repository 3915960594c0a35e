"""Canned replies as settings: made, changed, thrown away; what cannot work later is refused now."""

from typing import Any

import pytest

from tests.settings.conftest import House

PATH = "/canned-replies"


def thanks(**more: Any) -> dict[str, Any]:
    return {"name": "Thanks", "shortcut": "thanks", "texts": {"en": "Thank you, {{customer.name}}."}, **more}


async def test_a_reply_is_made_changed_and_deleted_and_each_step_is_in_the_audit_log(house: House) -> None:
    made = await house.made(PATH, thanks())
    assert made["texts"] == {"en": "Thank you, {{customer.name}}."}
    status, changed = await house.call("PATCH", f"{PATH}/{made['id']}", {"texts": {"zh-CN": "谢谢"}}, version=1)
    assert (status, changed["texts"], changed["version"]) == (200, {"zh-CN": "谢谢"}, 2)
    assert (await house.call("PATCH", f"{PATH}/{made['id']}", {"name": "x"}, version=1))[0] == 412
    assert (await house.call("DELETE", f"{PATH}/{made['id']}"))[0] == 204
    assert (await house.call("GET", PATH))[1]["items"] == []
    kinds = [row.action for row in await house.audit(made["id"])]
    assert kinds == ["canned_reply.created", "canned_reply.changed", "canned_reply.deleted"]


async def test_a_shortcut_names_one_reply_however_it_is_written(house: House) -> None:
    await house.made(PATH, thanks())
    status, problem = await house.call("POST", PATH, thanks(shortcut="ＴＨＡＮＫＳ"))
    assert (status, problem["errors"][0]["field"]) == (422, "shortcut")
    other = await house.made(PATH, thanks(shortcut="thx"))
    status, problem = await house.call("PATCH", f"{PATH}/{other['id']}", {"shortcut": "Thanks"})
    assert (status, problem["errors"][0]["field"]) == (422, "shortcut")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"texts": {"en": "{{customer.shoe_size}}"}}, "texts.en"),
        ({"texts": {"en": " ", "zh-CN": ""}}, "texts"),
        ({"shortcut": "two words"}, "shortcut"),
        ({"shortcut": "a/b"}, "shortcut"),
        ({"shortcut": ""}, "shortcut"),
        ({"name": " "}, "name"),
        ({"queue_ids": ["01900000-0000-7000-8000-000000000000"]}, "queue_ids"),
    ],
)
async def test_what_could_never_be_used_is_refused_at_its_field(
    house: House, wrong: dict[str, Any], field: str
) -> None:
    status, problem = await house.call("POST", PATH, thanks(**wrong))
    assert status == 422
    assert problem["errors"][0]["field"] == field
    assert (await house.call("GET", PATH))[1]["items"] == []


async def test_everybody_reads_them_and_only_administrators_write(house: House) -> None:
    await house.made(PATH, thanks())
    assert len((await house.call("GET", PATH, role="agent"))[1]["items"]) == 1
    assert (await house.call("POST", PATH, thanks(shortcut="x"), role="agent"))[0] == 403
    assert (await house.call("POST", PATH, thanks(shortcut="x"), role="supervisor"))[0] == 403
