"""The engine in virtual time comes out where queueing theory says: one small point of each experiment of `make prove`."""

import pytest

from prove.theory import SEEDS, cases, check
from prove.traffic import Case
from routing import events as ev
from routing.simulate import SECOND, Backlog, Demand, Fate, Simulation, figures
from routing.staffing import blended, erlang_a, erlang_b, erlang_c, staff_needed, strict_priority

SMOKE = {
    "C1": 20_000,
    "A1": 20_000,
    "D1 mail interruptible": 12_000,
    "D2 reserve 2": 12_000,
    "D3 pack": 12_000,
    "D4 chats only, 3 each": 12_000,
    "3e head start": 6_000,
}


@pytest.mark.parametrize("case", [case for case in cases() if case.name in SMOKE], ids=lambda case: case.name)
def test_a_small_run_lies_within_its_widened_bounds(case: Case) -> None:
    rows, holds = check(case, SEEDS[0], replications=1, calls=SMOKE[case.name])
    assert holds, rows


def test_bounds_are_narrow_enough_to_notice_a_wrong_engine() -> None:
    """Calls served as if one agent fewer were there fall outside."""
    spread = next(case for case in cases() if case.name == "D3 spread")
    pack = next(case for case in cases() if case.name == "D3 pack")
    wrong = Case(pack.name, pack.replications, pack.calls, spread.run, pack.expected)
    assert not check(wrong, SEEDS[0], replications=1, calls=12_000)[1]


@pytest.mark.parametrize(
    ("per_hour", "handling", "n", "wait", "asa", "level"),
    [
        (100, 180, 7, 0.32415, 29.174, 0.74044),
        (600, 300, 55, 0.38455, 23.073, 0.72446),
        (6000, 300, 512, 0.48283, 12.071, 0.78305),
    ],
)
def test_erlang_c_gives_published_values(
    per_hour: int, handling: int, n: int, wait: float, asa: float, level: float
) -> None:
    made = erlang_c(rate=per_hour / 3600, handling=handling, n=n, target=20)
    assert (made.wait, made.asa, made.service_level) == pytest.approx((wait, asa, level), abs=6e-4)


def test_erlang_a_gives_published_values_by_all_four_definitions() -> None:
    made = erlang_a(rate=100 / 3600, handling=180, n=5, patience=120, target=20)
    assert (made.wait, made.abandoned) == pytest.approx((0.51707, 0.19237), abs=1e-5)
    assert (made.asa_answered, made.wait_all) == pytest.approx((19.094, 23.084), abs=1e-3)
    levels = (made.sl_offered, made.sl_answered, made.sl_without_quick, made.sl_quick_ok)
    assert levels == pytest.approx((0.57999, 0.71814, 0.62462, 0.65145), abs=1e-5)
    assert made.occupancy == pytest.approx(0.80763, abs=1e-5)


def test_other_closed_forms_agree_with_each_other() -> None:
    assert erlang_b(5, 5) == pytest.approx(0.28487, abs=1e-5)
    with pytest.raises(ValueError, match="cannot carry"):
        erlang_c(rate=1, handling=10, n=10, target=20)
    all_reserved, mails = blended(rate=144 / 3600, handling=300, n=16, reserve=16, target=20)
    assert all_reserved.wait == pytest.approx(erlang_c(rate=144 / 3600, handling=300, n=16, target=20).wait)
    assert mails == pytest.approx(0, abs=1e-12)
    high, low = strict_priority(rate=0.1, handling=180, n=21, high=0.3)
    assert 0.3 * high + 0.7 * low == pytest.approx(23.752, abs=1e-3)


def test_the_fewest_agents_for_a_target() -> None:
    need = staff_needed(rate=0.1, handling=180, patience=60, target=20, level=0.8)
    assert need == 19
    levels = [erlang_a(rate=0.1, handling=180, n=n, patience=60, target=20).sl_offered for n in (need - 1, need)]
    assert levels[0] < 0.8 <= levels[1]


def agent(*, queues: tuple[int, ...] = (1,), **profile: object) -> list[ev.Event]:
    """One available agent."""
    known = {"t": 0, "agent": 7, "ordinal": 1, "queues": queues, **profile}
    return [ev.AgentSet(**known), ev.AgentState(t=0, agent=7, available=True)]  # type: ignore[arg-type]


def test_waits_fates_and_rejections_are_told_per_interaction() -> None:
    play = Simulation([ev.QueueSet(t=0, queue=1, max_waiting=2), *agent()])
    demands = [
        Demand(t=0, handling=10),
        Demand(t=1, handling=10, patience=3),
        Demand(t=2, handling=10),
        Demand(t=3, handling=1),
    ]
    assert play.play(demands) == [
        Fate(0, "served", 7),
        Fate(3, "abandoned", None),
        Fate(8, "served", 7),
        Fate(0, "rejected", None),
    ]


def test_timers_of_the_engine_fire_in_between() -> None:
    relax = (ev.RelaxStep(5, 1, None),)
    play = Simulation([ev.QueueSet(t=0, queue=1, skills=(ev.SkillNeed(1, 1),), relax=relax), *agent()])
    assert play.play([Demand(t=0, handling=2), Demand(t=1, handling=2), Demand(t=100, handling=1)])[:2] == [
        Fate(5, "served", 7),
        Fate(6, "served", 7),
    ]


def test_interrupted_work_is_taken_up_again_where_it_was_left() -> None:
    piece = Demand(t=0, handling=0, queue=2, channel="email")
    backlog = Backlog(piece, depth=1, handling=iter((10, 10, 10, 10)))
    queues = [ev.QueueSet(t=0, queue=1), ev.QueueSet(t=0, queue=2)]
    profile = agent(queues=(1, 2), exclusive=("voice",), interruptible=("email",))
    play = Simulation([*queues, *profile], backlog=backlog)
    play.play([Demand(t=4, handling=5)], until=40)
    assert backlog.finished == [15, 25, 35]


def test_figures_count_the_four_service_levels() -> None:
    fates = [
        Fate(0, "served", 1),
        Fate(30 * SECOND, "served", 1),
        Fate(5 * SECOND, "abandoned", None),
        Fate(60 * SECOND, "abandoned", None),
    ]
    made = figures([*fates, None], target=20)
    assert (made.offered, made.wait, made.abandoned) == (4, 0.75, 0.5)
    assert (made.asa_answered, made.wait_all) == (15, 23.75)
    assert (made.sl_offered, made.sl_answered, made.sl_quick_ok) == (0.25, 0.5, 0.5)
    assert made.sl_without_quick == pytest.approx(1 / 3)
