"""Channel `api`: another program reports something that needs handling; it rings like everything else."""

import asyncio
from typing import Any

import pytest

from tests.flows.house import House


def report(**changes: Any) -> dict[str, Any]:
    """What the shop's program sends."""
    return {
        "from": "ana@customer.example",
        "subject": "Returned parcel",
        "text": "The parcel 4711 came back.",
        "external_id": "return-4711",
        **changes,
    }


async def test_a_report_rings_and_repeating_it_changes_nothing(house: House) -> None:
    alice = await house.sign_in("alice")
    await alice.available()
    admin = await house.sign_in("admin", connect=False)

    told = await admin.call("POST", "/interactions", report(), expect=201)
    again = await asyncio.gather(
        *(admin.call("POST", "/interactions", report(text="Worded anew"), expect=200) for _ in range(3))
    )

    assert {one["id"] for one in again} == {told["id"]}
    offer = await alice.offer()
    assert (offer["interaction_id"], offer["channel"]) == (told["id"], "api")
    assignment = await alice.accept(offer)
    (message,) = await alice.thread(assignment["conversation_id"])
    assert message["text"].strip() == "The parcel 4711 came back."


@pytest.mark.parametrize(
    ("address", "kind"),
    [("Ana@Customer.example", "email"), ("+4930123456", "phone"), ("shop:77", "external")],
)
async def test_an_address_alone_says_its_kind(house: House, address: str, kind: str) -> None:
    admin = await house.sign_in("admin", connect=False)

    told = await admin.call("POST", "/interactions", report(**{"from": address}), expect=201)
    spelled = {"kind": kind, "value": address}
    same = await admin.call("POST", "/interactions", report(**{"from": spelled, "external_id": "x"}), expect=201)

    assert same["customer_id"] == told["customer_id"]
    identities = await admin.call("GET", f"/customers/{told['customer_id']}/identities")
    assert [one["kind"] for one in identities["items"]] == [kind]
