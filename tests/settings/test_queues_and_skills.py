"""Queues and skills: made, changed, refused, deleted; each change audited and told to the router and the screens."""

from typing import Any

from contact_center.ids import new_id


async def test_a_queue_asks_skills_and_is_served_by_agents(house: Any) -> None:
    english = await house.made("/skills", {"name": "English", "kind": "language"})
    queue = await house.made(
        "/queues",
        {
            "name": "Support",
            "skills": [{"skill_id": english["id"], "level": 4}],
            "relax": [{"after": 60, "skill_id": english["id"]}],
            "agent_ids": [house.agent_id],
            "offer_seconds": {"email": 90},
        },
    )

    status, listed = await house.call("GET", "/queues", role="agent")

    assert status == 200
    assert listed["items"] == [queue]
    assert queue["skills"] == [{"skill_id": english["id"], "name": "English", "level": 4, "required": True}]
    assert queue["agent_ids"] == [house.agent_id]
    assert queue["offer_seconds"] == {"email": 90}
    assert ("queue", queue["id"]) in await house.router_inputs()
    assert ("agent", house.agent_id) in await house.router_inputs()


async def test_a_change_raises_the_version_and_is_recorded_with_before_and_after(house: Any) -> None:
    queue = await house.made("/queues", {"name": "Support"})

    status, changed = await house.call("PATCH", f"/queues/{queue['id']}", {"name": "Help", "priority": 5}, version=1)

    assert (status, changed["name"], changed["version"]) == (200, "Help", 2)
    created, edited = await house.audit(queue["id"])
    assert created.action == "queue.created"
    assert edited.action == "queue.changed"
    assert edited.changes == {"name": ["Support", "Help"], "priority": [0, 5]}
    assert edited.actor_id == house.user_ids["admin"]
    assert [event.version for event in await house.events("queue.updated")] == [1, 2]


async def test_a_change_of_nothing_leaves_no_trace(house: Any) -> None:
    queue = await house.made("/queues", {"name": "Support", "agent_ids": [house.agent_id]})
    told = await house.router_inputs()

    status, same = await house.call(
        "PATCH", f"/queues/{queue['id']}", {"name": "Support", "agent_ids": [house.agent_id]}
    )

    assert (status, same) == (200, queue)
    assert len(await house.audit(queue["id"])) == 1
    assert await house.router_inputs() == told


async def test_who_edits_an_old_version_is_told_the_present_one(house: Any) -> None:
    queue = await house.made("/queues", {"name": "Support"})
    await house.call("PATCH", f"/queues/{queue['id']}", {"priority": 1})

    status, problem = await house.call("PATCH", f"/queues/{queue['id']}", {"priority": 2}, version=1)

    assert (status, problem["code"], problem["current"]["version"]) == (412, "stale_version", 2)


async def test_two_queues_cannot_share_a_name_whatever_its_case(house: Any) -> None:
    await house.made("/queues", {"name": "Support"})
    other = await house.made("/queues", {"name": "Billing"})

    made, problem = await house.call("POST", "/queues", {"name": "SUPPORT"})
    renamed, _ = await house.call("PATCH", f"/queues/{other['id']}", {"name": "support"})

    assert (made, problem["errors"][0]["field"], renamed) == (422, "name", 422)


async def test_a_queue_cannot_ask_what_does_not_exist(house: Any) -> None:
    asked, problem = await house.call("POST", "/queues", {"name": "Support", "skills": [{"skill_id": new_id()}]})
    served, other = await house.call("POST", "/queues", {"name": "Support", "agent_ids": [new_id()]})

    assert (asked, problem["errors"][0]["field"]) == (422, "skills")
    assert (served, other["errors"][0]["field"]) == (422, "agent_ids")


async def test_only_who_may_write_settings_changes_them(house: Any) -> None:
    queue = await house.made("/queues", {"name": "Support"})

    for role in ("supervisor", "agent"):
        assert (await house.call("POST", "/queues", {"name": "Mine"}, role=role))[0] == 403
        assert (await house.call("PATCH", f"/queues/{queue['id']}", {"name": "Mine"}, role=role))[0] == 403
        assert (await house.call("DELETE", f"/queues/{queue['id']}", role=role))[0] == 403
    assert (await house.call("GET", "/queues", role="nobody"))[0] == 401


async def test_a_skill_in_use_cannot_be_deleted_and_its_users_are_named(house: Any) -> None:
    skill = await house.made("/skills", {"name": "Refunds"})
    queue = await house.made("/queues", {"name": "Billing", "skills": [{"skill_id": skill["id"]}], "enabled": False})
    rule = await house.made(
        "/triage-rules", {"name": "Money", "then": {"queue_id": queue["id"], "skills": [{"skill_id": skill["id"]}]}}
    )

    status, problem = await house.call("DELETE", f"/skills/{skill['id']}")

    assert (status, problem["code"]) == (409, "in_use")
    assert problem["current"]["used_by"] == [
        {"type": "queue", "id": queue["id"], "name": "Billing"},
        {"type": "triage_rule", "id": rule["id"], "name": "Money"},
    ]


async def test_an_unused_queue_with_members_can_be_deleted(house: Any) -> None:
    skill = await house.made("/skills", {"name": "Refunds"})
    queue = await house.made(
        "/queues",
        {"name": "Old", "enabled": False, "skills": [{"skill_id": skill["id"]}], "agent_ids": [house.agent_id]},
    )

    status, _ = await house.call("DELETE", f"/queues/{queue['id']}")

    assert status == 204
    assert (await house.call("GET", f"/queues/{queue['id']}"))[0] == 404
    assert [row.action for row in await house.audit(queue["id"])] == ["queue.created", "queue.deleted"]
    assert (await house.call("DELETE", f"/skills/{skill['id']}"))[0] == 204


async def test_a_refusal_speaks_the_language_of_the_person(house: Any) -> None:
    status, problem = await house.call("POST", "/queues", {"name": "Mine"}, role="agent")

    assert status == 403
    assert any("\u4e00" <= character <= "\u9fff" for character in problem["title"] + problem["detail"])


async def test_long_lists_are_paged_without_gaps(house: Any) -> None:
    for number in range(5):
        await house.made("/skills", {"name": f"Skill {number}"})

    _, first = await house.call("GET", "/skills?limit=3")
    _, second = await house.call("GET", f"/skills?limit=3&cursor={first['next_cursor']}")

    assert [skill["name"] for skill in first["items"] + second["items"]] == [f"Skill {number}" for number in range(5)]
    assert second["next_cursor"] is None


async def test_screens_hear_that_settings_changed_by_kind_and_id_only(house: Any) -> None:
    skill = await house.made("/skills", {"name": "Refunds"})
    await house.call("PATCH", f"/skills/{skill['id']}", {"name": "Returns"})
    await house.call("DELETE", f"/skills/{skill['id']}")

    told = await house.events("settings.updated")

    assert [(event.entity, event.entity_id, event.rooms, event.data) for event in told] == [
        ("skill", skill["id"], ["settings"], {})
    ] * 3
    assert [event.version for event in told] == sorted(event.version for event in told)
