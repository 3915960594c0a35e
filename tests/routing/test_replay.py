"""A recorded day through the engine: unchanged it comes out as it happened, changed it comes out as the change would have it."""

import csv
import gzip
import json
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner

from contact_center.cli import app
from prove import replay as bank
from prove.traffic import first, poisson
from routing import whatif
from routing.day import Agent, BadDay, Call, Day, End, Need, Queue, read
from routing.patience import kaplan_meier
from routing.replay import Numbers, happened, patience_by_queue, play
from routing.simulate import SECOND, Simulation

RUN = CliRunner()


def a_day(*, calls: int = 4000, agents: int = 18, seed: int = 5) -> Day:
    """A day of one queue as the engine itself would have recorded it: 360 calls an hour of 180 s, patience of a minute."""
    day = Day(
        name="2026-11-22",
        queues=[Queue(name="support")],
        agents=[Agent(name=f"agent {n}", queues=["support"], shifts=[(0, 60_000)]) for n in range(agents)],
        calls=[],
    )
    demands = first(poisson(Random(seed), 360, 180, patience=60), calls)
    rough = [
        Call(at=d.t / SECOND, queue="support", wait=0, handling=d.handling / SECOND, end=End.SERVED) for d in demands
    ]
    numbers = Numbers(day)
    fates = Simulation(numbers.setup()).play([d._replace(queue=0) for d in demands], changes=numbers.changes())
    for call, fate in zip(rough, fates, strict=True):
        assert fate is not None
        call.wait = fate.wait / SECOND
        if fate.agent is None:
            call.end, call.handling = End.ABANDONED, 0
        else:
            call.agent = f"agent {fate.agent}"
    return day.model_copy(update={"calls": rough})


@pytest.fixture(scope="module")
def day() -> Day:
    return a_day()


@pytest.mark.parametrize("fresh", [False, True])
def test_an_unchanged_day_reproduces_its_service_level(day: Day, fresh: bool) -> None:
    was, came = happened(day), play(day, seed=1, fresh=fresh)
    assert 0.6 < was.figures["support"].service_level < 0.95
    assert came.figures["support"].service_level == pytest.approx(was.figures["support"].service_level, abs=0.03)
    assert came.occupancy == pytest.approx(was.occupancy, abs=0.03)
    assert len({id(one.call) for one in came.ended}) == len(day.calls) == len(came.ended)


def test_more_agents_answer_sooner_and_fewer_later(day: Day) -> None:
    levels = [
        play(whatif.with_staff(day, "support", change), patience=patience_by_queue(day)).figures[""].service_level
        for change in (-3, 0, 3)
    ]
    assert levels[0] + 0.05 < levels[1] < levels[2] - 0.05


def test_agents_come_and_go_by_their_shifts() -> None:
    day = Day(
        queues=[Queue(name="q")],
        agents=[Agent(name="early", queues=["q"], shifts=[(0, 50), (50, 100)])],
        calls=[
            Call(at=60, queue="q", wait=0, handling=10, end=End.SERVED, agent="early"),
            Call(at=99, queue="q", wait=0, handling=30, end=End.SERVED, agent="early"),
            Call(at=110, queue="q", wait=7, end=End.ABANDONED),
        ],
    )
    came = play(day)
    assert [(one.served, one.wait, one.busy) for one in came.ended] == [
        (True, 0, (60, 70)),
        (True, 0, (99, 129)),
        (False, 7, None),
    ]
    assert came.occupancy == pytest.approx(40 / 129)


def test_skills_and_policy_may_be_changed() -> None:
    day = Day(
        queues=[Queue(name="q", skills=[Need(skill="fr", level=3)])],
        agents=[Agent(name="ann", queues=["q"], skills={"fr": 2}, shifts=[(0, 100)])],
        calls=[Call(at=1, queue="q", wait=9, end=End.ABANDONED)],
    )
    assert not play(day).ended[0].served
    assert play(whatif.with_skill(day, "ann", "fr", 3)).ended[0].served
    full = whatif.with_policy(day, "q", "max_waiting", "0")
    assert full.queues[0].max_waiting == 0 and play(full).ended[0].wait == 0


@pytest.mark.parametrize(
    "change",
    [
        {"staff": ["nowhere=+1"]},
        {"staff": ["support=many"]},
        {"staff": ["support=-99"]},
        {"skills": ["nobody:fr=3"]},
        {"skills": ["agent 1:fr=11"]},
        {"policies": ["support.choice=best"]},
        {"policies": ["support.name=other"]},
    ],
)
def test_an_impossible_change_is_refused_with_a_sentence(day: Day, change: dict[str, list[str]]) -> None:
    with pytest.raises(BadDay):
        whatif.changed(day, **{"staff": [], "skills": [], "policies": [], **change})


def test_kaplan_meier_counts_the_served_as_at_risk_until_they_were_served() -> None:
    curve = kaplan_meier([(1, True), (2, False), (3, True), (4, False), (5, True)])
    assert curve is not None
    assert list(curve.times) == [1, 3, 5]
    assert list(curve.left) == pytest.approx([0.8, 0.8 * 2 / 3, 0])
    assert curve.mean == 5
    dice = Random(3)
    drawn = [curve.draw(dice) for _ in range(4000)]
    assert set(drawn) == {1, 3, 5}
    assert drawn.count(1) / 4000 == pytest.approx(0.2, abs=0.03)
    assert {curve.draw(dice, beyond=3) for _ in range(50)} == {5}
    assert curve.draw(dice, beyond=8) == 8
    assert kaplan_meier([(3, False)]) is None


def test_staffing_names_the_busiest_hour_and_who_is_needed(day: Day) -> None:
    (need,) = whatif.staffing(day)
    assert 330 < need.calls < 420 and need.there == 18
    assert 18 <= need.needed <= 22
    patient = day.model_copy(update={"calls": [c for c in day.calls if c.end is End.SERVED]})
    assert whatif.staffing(patient)[0].needed >= 20


def test_the_command_prints_both_and_saves_the_day(day: Day, tmp_path: Path) -> None:
    file, again = tmp_path / "day.json", tmp_path / "again.json"
    file.write_text(day.model_dump_json(exclude_defaults=True))
    done = RUN.invoke(app, ["simulate", str(file), "--staff", "support=+2", "--save", str(again)])
    assert done.exit_code == 0, done.output
    assert "happened" in done.output and "simulated" in done.output and "needed for 80 %" in done.output
    assert read(again) == day


def test_the_command_refuses_what_it_cannot_read(tmp_path: Path) -> None:
    file = tmp_path / "day.json"
    file.write_text(
        json.dumps({"queues": [], "agents": [], "calls": [{"at": 1, "queue": "x", "wait": 0, "end": "lost"}]})
    )
    done = RUN.invoke(app, ["simulate", str(file)])
    assert done.exit_code == 1 and "calls.0.end" in done.output
    assert RUN.invoke(app, ["simulate"]).exit_code == 2
    assert RUN.invoke(app, ["simulate", "--day", "yesterday"]).exit_code == 1


def test_a_banks_records_are_read_as_a_day_and_each_call_ends_once(tmp_path: Path) -> None:
    columns = (
        "arrival_ts",
        "type",
        "priority",
        "customer",
        "vru_s",
        "wait_s",
        "service_s",
        "abandoned",
        "outcome",
        "agent",
    )
    calls = [
        ("1999-01-04 08:00:00", "PS", "0", "", "10", "0", "60", "0", "served", "A01"),
        ("1999-01-04 08:00:05", "PS", "2", "7", "10", "56", "60", "0", "served", "A01"),
        ("1999-01-04 08:00:07", "PS", "0", "", "10", "20", "0", "1", "abandon_queue", ""),
        ("1999-01-04 08:00:09", "PS", "0", "", "10", "0", "0", "1", "abandon_ivr", ""),
    ]
    slots = [("1999-01-04 08:00:00", "1", "A01"), ("1999-01-04 08:30:00", "1", "A01")]
    for name, head, rows in (
        ("bank1999_jan.csv.gz", columns, calls),
        ("bank1999_jan_staffing.csv.gz", ("slot_start", "agents_seen", "agent_ids"), slots),
    ):
        with gzip.open(tmp_path / name, "wt", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    found = bank.month(tmp_path, "jan")
    assert [(call.at % 86_400, call.priority, call.end) for call in found.calls] == [
        (8 * 3600 + 10, 0, End.SERVED),
        (8 * 3600 + 15, 1, End.SERVED),
        (8 * 3600 + 17, 0, End.ABANDONED),
    ]
    assert list(found.agents[0].shifts[0]) == [3 * 86_400 + 8 * 3600, 3 * 86_400 + 8 * 3600 + 1800]
    played = bank.replayed(tmp_path, "jan")
    assert (played.calls, played.double) == (3, 0)
