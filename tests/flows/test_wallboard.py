"""The supervisor's wallboard: figures that move by themselves, say how old they are, and lead to who waits."""

import asyncio
import itertools

import pytest
import socketio  # type: ignore[import-untyped]

from tests.flows.house import House, letter
from tests.flows.wallboard import Watching, waits
from tests.waiting import eventually


async def test_a_watcher_gets_a_snapshot_and_then_what_changed_each_with_its_number(house: House) -> None:
    supervisor = await house.sign_in("supervisor")
    watching = await Watching.begin(supervisor)
    snapshot = await watching.first("snapshot")
    assert {"Support", "Billing"} <= {queue["queue"]["name"] for queue in snapshot["queues"]}
    await house.mail(letter(subject="Anybody there?"))
    delta = await watching.first("delta", waits("Support", 1))
    assert [queue["queue"]["name"] for queue in delta["queues"]] == ["Support"]
    await watching.first("delta", lambda body: body["number"] >= delta["number"] + 2)
    numbers = [body["number"] for _, body in watching.told]
    assert numbers == list(range(1, len(numbers) + 1))
    moments = [body["version"] for _, body in watching.told]
    assert all(one < other for one, other in itertools.pairwise(moments))
    over_http = await supervisor.call("GET", "/wallboard")
    (support,) = (queue for queue in over_http["queues"] if queue["queue"]["name"] == "Support")
    assert support["waiting"] == 1
    await watching.close()


async def test_whoever_missed_a_number_gets_everything_again(house: House) -> None:
    watching = await Watching.begin(await house.sign_in("supervisor"))
    first = await watching.first("snapshot")
    await watching.first("delta")
    assert await watching.client.call("snapshot", namespace="/wallboard") == {"ok": True}
    again = await eventually(
        lambda: [body for kind, body in watching.told if kind == "snapshot"][1:], what="a second snapshot"
    )
    assert len(again[0]["queues"]) == len(first["queues"])
    assert again[0]["number"] == 1
    await watching.close()


async def test_an_agent_sees_the_queues_that_she_serves_and_nobody_unknown_sees_any(house: House) -> None:
    mei = await house.sign_in("mei")
    watching = await Watching.begin(mei)
    await watching.first("snapshot")
    await watching.first("delta")
    own = {queue["queue"]["name"] for queue in (await mei.call("GET", "/wallboard"))["queues"]}
    assert watching.names() == own
    everything = await Watching.begin(await house.sign_in("admin"))
    await everything.first("snapshot")
    assert own < everything.names()
    await mei.http.delete(f"{house.url}/api/v1/session", headers={"X-CSRF-Token": mei.csrf})
    assert await eventually(lambda: watching.ended, what="the end of the session told") == ["session_ended"]
    with pytest.raises(socketio.exceptions.ConnectionError):
        await Watching.begin(mei)
    await asyncio.gather(watching.close(), everything.close())
