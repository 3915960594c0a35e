"""Small worlds for property tests: few agents, queues, skills and moments, so that everything collides."""

from hypothesis import strategies as st

from routing import events as ev

AGENTS, QUEUES, SKILLS, CHANNELS = range(1, 5), range(1, 4), range(1, 4), ("voice", "chat", "email")


def _needs(size: int) -> st.SearchStrategy[tuple[ev.SkillNeed, ...]]:
    one = st.builds(ev.SkillNeed, st.sampled_from(SKILLS), st.integers(1, 4), st.booleans())
    return st.lists(one, max_size=size).map(tuple)


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    """A subset, in order."""
    return st.lists(st.sampled_from(values), unique=True).map(lambda chosen: tuple(sorted(chosen)))


configs = st.builds(ev.Config, st.booleans(), st.integers(0, 2), st.sampled_from((0, 4, 9)))


_terms = st.lists(
    st.builds(
        ev.ChannelTerms,
        st.sampled_from(CHANNELS),
        offer_time=st.sampled_from((0, 3, 8)),
        last_agent_wait=st.sampled_from((0, 5)),
        choice=st.sampled_from(ev.Choice),
        max_waiting=st.sampled_from((None, None, 0, 2)),
    ),
    max_size=2,
    unique_by=lambda terms: terms.channel,
).map(tuple)


def queue_sets(t: int) -> st.SearchStrategy[ev.QueueSet]:
    """Settings of one of the queues."""
    step = st.builds(ev.RelaxStep, st.integers(0, 12), st.sampled_from(SKILLS), st.none() | st.integers(1, 2))
    return st.builds(
        ev.QueueSet,
        t=st.just(t),
        queue=st.sampled_from(QUEUES),
        skills=_needs(2),
        relax=st.lists(step, max_size=2).map(tuple),
        order=st.sampled_from(ev.Order),
        head_start=st.sampled_from((0, 5)),
        choice=st.sampled_from(ev.Choice),
        offer_time=st.sampled_from((0, 3, 8)),
        last_agent_wait=st.sampled_from((0, 5)),
        reserve=st.sampled_from((0, 0, 1, 2)),
        max_waiting=st.sampled_from((None, None, 0, 2)),
        offers_at_once=st.sampled_from((1, 1, 2, 3)),
        by_channel=_terms,
    )


def agent_sets(t: int) -> st.SearchStrategy[ev.AgentSet]:
    """A profile of one of the agents."""
    held = st.builds(ev.SkillHeld, st.sampled_from(SKILLS), st.integers(1, 5))
    caps = st.lists(
        st.builds(ev.Cap, st.sampled_from(CHANNELS), st.integers(0, 2)), max_size=2, unique_by=lambda cap: cap.channel
    )
    return st.builds(
        ev.AgentSet,
        t=st.just(t),
        agent=st.sampled_from(AGENTS),
        ordinal=st.integers(0, 2),
        skills=st.lists(held, max_size=3, unique_by=lambda one: one.skill).map(tuple),
        queues=st.lists(st.sampled_from(QUEUES), min_size=1, unique=True).map(tuple),
        units=st.sampled_from((0, 1, 2, 4)),
        caps=caps.map(tuple),
        exclusive=some(("voice", "email")),
        interruptible=some(("email",)),
        pick=st.sampled_from(ev.Pick),
    )


def arrivals(t: int, interactions: st.SearchStrategy[int]) -> st.SearchStrategy[ev.Arrive]:
    """An interaction, whose place may count from before or after now."""
    return st.builds(
        ev.Arrive,
        t=st.just(t),
        interaction=interactions,
        queue=st.sampled_from(QUEUES),
        channel=st.sampled_from(CHANNELS),
        units=st.integers(0, 2),
        priority=st.integers(0, 2),
        queued_at=st.sampled_from((None, None, t - 3, t + 2)),
        deadline=st.sampled_from((None, t + 1, t + 5)),
        skills=_needs(1),
        last_agent=st.sampled_from((None, None, 1, 2, 9)),
    )
