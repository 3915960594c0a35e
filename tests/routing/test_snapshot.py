"""An engine built from saved values goes on where the other stopped. (That it then decides the same is a property of test_machine.)"""

import pytest

from routing import events as ev
from routing.engine import Engine
from routing.snapshot import Snapshot, restore, save
from routing.state import State
from tests.routing.desk import CONFIG, SECOND, Desk, told


def shop() -> Desk:
    """One interaction offered, one waiting, one assigned."""
    desk = Desk().queue()
    desk.agent(1)
    desk.take(1, 1)
    desk.agent(2)
    desk.at(5).arrive(2)
    desk.arrive(3)
    return desk


def test_what_is_offered_is_not_offered_again() -> None:
    saved = save(shop().engine)
    assert [row.state for row in saved.interactions] == [State.ASSIGNED, State.OFFERED, State.WAITING]
    engine = restore(CONFIG, saved)
    assert engine.apply(ev.Tick(t=6 * SECOND)) == []
    assert engine.next_due() == 25 * SECOND
    assert told(engine.apply(ev.Accept(t=7 * SECOND, interaction=2, agent=2))) == []
    assert told(engine.apply(ev.Finish(t=8 * SECOND, interaction=1))) == [("offer", 8, 3, 1)]


def later(engine: Engine, now: int) -> Snapshot:
    saved = save(engine)
    return Snapshot(now=now, queues=saved.queues, agents=saved.agents, interactions=saved.interactions)


def test_what_was_due_while_nobody_watched_falls_due_now() -> None:
    engine = restore(CONFIG, later(shop().engine, 500 * SECOND))
    assert told(engine.apply(ev.Tick(t=500 * SECOND))) == [("expire", 500, 2, 2), ("offer", 500, 2, 2)]


def test_pairs_that_became_possible_meanwhile_are_made_at_the_first_event() -> None:
    saved = save(shop().engine)
    rows = tuple(row for row in saved.interactions if row.interaction == 3)
    engine = restore(CONFIG, Snapshot(now=saved.now, queues=saved.queues, agents=saved.agents, interactions=rows))
    assert told(engine.apply(ev.Tick(t=saved.now))) == [("offer", 5, 3, 1)]


@pytest.mark.parametrize("missing", ["queues", "agents"])
def test_a_snapshot_with_a_hole_is_refused_by_name(missing: str) -> None:
    saved = save(shop().engine)
    parts = {"queues": saved.queues, "agents": saved.agents} | {missing: ()}
    broken = Snapshot(now=saved.now, interactions=saved.interactions, **parts)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="interaction 1 .* not in the snapshot"):
        restore(CONFIG, broken)
