"""The engine against every rule at once: random histories, compared with the naive engine and with its own saved copy.

One thing to know: equality with the naive engine after every event also proves order and choice; what is asserted besides are the
promises that would have to hold even if both engines were wrong in the same way.
"""

import gc
from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from routing import decisions as d
from routing import events as ev
from routing.engine import Engine
from routing.snapshot import restore, save
from routing.state import State
from tests.routing import strategies as some
from tests.routing.naive import Naive

NEVER = 10**9


class Routing(RuleBasedStateMachine):
    """One routing domain in seconds instead of microseconds."""

    @initialize(config=some.configs, data=st.data())
    def begin(self, config: ev.Config, data: st.DataObject) -> None:
        self.t = 0
        self.config = config
        self.engine, self.naive, self.copy = Engine(config), Naive(config), Engine(config)
        self.history: list[tuple[ev.Event, list[d.Decision]]] = []
        self.arrived = self.ended = 0
        for setting in data.draw(st.lists(some.queue_sets(0), min_size=2, max_size=4)):
            self.send(setting)
        for profile in data.draw(st.lists(some.agent_sets(0), min_size=2, max_size=5)):
            self.send(profile)
            self.send(ev.AgentState(t=0, agent=profile.agent, available=True))

    def send(self, event: ev.Event) -> list[d.Decision]:
        before = set(self.engine.floor.items)
        made = self.engine.apply(event)
        assert made == self.naive.apply(event)
        assert made == self.copy.apply(event)
        self.history.append((event, made))
        after = set(self.engine.floor.items)
        rejected = {decision.interaction for decision in made if isinstance(decision, d.RejectFull)}
        self.arrived += len(after - before) + len(rejected)
        self.ended += len(before - after) + len(rejected)
        self.offers_respect_capacity(made)
        return made

    def offers_respect_capacity(self, made: list[d.Decision]) -> None:
        """Whoever was just offered firm work is within units and caps, and alone with it if it is exclusive."""
        for decision in made:
            item = self.engine.floor.items.get(decision.interaction or 0)
            agent = self.engine.floor.roster.agents.get(decision.agent) if isinstance(decision, d.Offer) else None
            if item is None or agent is None or agent not in item.asked():
                continue
            load = agent.load
            of_channel = sum(held.channel == item.channel for held in agent.held.values())
            assert of_channel <= load.caps.get(item.channel, NEVER)
            if item.channel not in load.interruptible:
                assert load.firm_used <= load.units
                assert load.firm_count == 1 or not load.firm_sole

    def known(self, data: st.DataObject, *states: State) -> int:
        """An interaction in one of these states if there is one, sometimes any id at all."""
        fitting = sorted(item.id for item in self.engine.floor.items.values() if item.state in states)
        return data.draw(st.sampled_from(fitting) if fitting else st.integers(1, 30))

    @rule(seconds=st.integers(1, 6))
    def time_passes(self, seconds: int) -> None:
        self.t += seconds
        self.send(ev.Tick(t=self.t))

    @rule(seconds=st.integers(0, 2), data=st.data())
    def arrive(self, seconds: int, data: st.DataObject) -> None:
        self.t += seconds
        self.send(data.draw(some.arrivals(self.t, st.integers(1, 30))))

    @rule(agent=st.sampled_from(some.AGENTS), available=st.booleans())
    def presence(self, agent: int, available: bool) -> None:
        self.send(ev.AgentState(t=self.t, agent=agent, available=available))

    @rule(data=st.data(), take=st.sampled_from((True, True, True, False)))
    def answer(self, data: st.DataObject, take: bool) -> None:
        interaction = self.known(data, State.OFFERED)
        item = self.engine.floor.items.get(interaction)
        asked = [agent.id for agent in item.asked()] if item is not None else []
        agent = data.draw(st.sampled_from(asked or list(some.AGENTS)))
        self.send((ev.Accept if take else ev.Decline)(t=self.t, interaction=interaction, agent=agent))

    @rule(interaction=st.integers(1, 30), agent=st.integers(1, 5), take=st.booleans())
    def answer_anything(self, interaction: int, agent: int, take: bool) -> None:
        self.send((ev.Accept if take else ev.Decline)(t=self.t, interaction=interaction, agent=agent))

    @rule(data=st.data())
    def finish(self, data: st.DataObject) -> None:
        self.send(ev.Finish(t=self.t, interaction=self.known(data, State.ASSIGNED)))

    @rule(interaction=st.integers(1, 30))
    def cancel(self, interaction: int) -> None:
        item = self.engine.floor.items.get(interaction)
        assigned = item is not None and item.state is State.ASSIGNED
        made = self.send(ev.Cancel(t=self.t, interaction=interaction))
        assert (interaction in self.engine.floor.items) == assigned
        assert not any(isinstance(decision, d.Refused) for decision in made)

    @rule(data=st.data(), queue=st.none() | st.sampled_from(some.QUEUES), front=st.booleans())
    def requeue(self, data: st.DataObject, queue: int | None, front: bool) -> None:
        interaction = self.known(data, *State)
        self.send(ev.Requeue(t=self.t, interaction=interaction, queue=queue, front=front))

    @rule(data=st.data())
    def queue_changes(self, data: st.DataObject) -> None:
        self.send(data.draw(some.queue_sets(self.t)))

    @rule(data=st.data())
    def agent_changes(self, data: st.DataObject) -> None:
        self.send(data.draw(some.agent_sets(self.t)))

    @rule()
    def saved_and_restored(self) -> None:
        snapshot = save(self.engine)
        self.copy = restore(self.config, snapshot)
        assert save(self.copy) == snapshot

    @rule(back=st.integers(1, 5))
    def time_never_goes_back(self, back: int) -> None:
        before = save(self.engine)
        made = self.send(ev.Tick(t=self.t - back))
        assert [type(decision) for decision in made] == [d.Refused]
        assert save(self.engine) == before

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        floor = self.engine.floor
        assert self.arrived - self.ended == len(floor.items)
        held = Counter(ident for agent in floor.roster.agents.values() for ident in agent.held)
        assert held == {item.id: len(item.asked()) for item in floor.items.values() if item.asked()}
        for item in floor.items.values():
            assert len(item.asked()) <= (3 if item.state is State.OFFERED else item.state is State.ASSIGNED)
            assert bool(item.asked()) == (item.state is not State.WAITING)

    @invariant()
    def no_able_agent_faces_a_waiting_line(self) -> None:
        waiting = [item for item in self.naive.items.values() if item.state == "waiting"]
        assert not any(self.naive.able(agent, item) for item in waiting for agent in self.naive.agents.values())

    @invariant()
    def the_next_moment_is_never_past(self) -> None:
        due = self.engine.next_due()
        assert due is None or due >= self.t or due == self.engine.now

    def teardown(self) -> None:
        if not hasattr(self, "engine"):
            return
        replay = Engine(self.config)
        assert [replay.apply(event) for event, _ in self.history] == [made for _, made in self.history]
        self.everyone_is_served_in_the_end()

    def everyone_is_served_in_the_end(self) -> None:
        """No starvation: with one agent who can do everything and answers, all that waits is handled."""
        t = self.t + 100
        for ident in some.QUEUES:
            self.send(ev.QueueSet(t=t, queue=ident))
        everything = tuple(ev.SkillHeld(skill, 9) for skill in some.SKILLS)
        self.send(ev.AgentSet(t=t, agent=9, ordinal=9, skills=everything, queues=tuple(some.QUEUES), units=2))
        self.send(ev.AgentState(t=t, agent=9, available=True))
        for _ in range(200):
            floor = self.engine.floor
            live = next((item for item in floor.items.values() if item.state is not State.WAITING), None)
            if live is None or live.agent is None:
                break
            if live.state is State.OFFERED:
                self.send(ev.Accept(t=t, interaction=live.id, agent=live.agent.id))
            self.send(ev.Finish(t=t, interaction=live.id))
        assert not self.engine.floor.items


def test_the_engine_leaves_nothing_for_the_garbage_collector() -> None:
    """What ended is freed at once, so a router may freeze and rest the collector."""
    engine = Engine(ev.Config(auto_accept=False, misses=2, decline_block=5))
    engine.apply(ev.QueueSet(t=0, queue=1, offer_time=3, last_agent_wait=4, relax=(ev.RelaxStep(2, 1, None),)))
    for agent in (1, 2):
        engine.apply(ev.AgentSet(t=0, agent=agent, ordinal=agent, queues=(1,), units=1))
        engine.apply(ev.AgentState(t=0, agent=agent, available=True))
    gc.collect()
    gc.disable()
    try:
        for t in range(1, 400):
            engine.apply(ev.Arrive(t=t, interaction=t, queue=1, channel="chat", units=1, last_agent=1 + t % 2))
            for item in list(engine.floor.items.values()):
                if item.agent is not None:
                    answer = (ev.Accept, ev.Accept, ev.Decline)[t % 3]
                    engine.apply(answer(t=t, interaction=item.id, agent=item.agent.id))
            engine.apply(ev.Finish(t=t, interaction=t - 3))
            engine.apply(ev.Cancel(t=t, interaction=t - 7))
        assert gc.collect() == 0
    finally:
        gc.enable()


TestRouting = Routing.TestCase
TestRouting.settings = settings(max_examples=100, stateful_step_count=50, deadline=None, derandomize=True)
