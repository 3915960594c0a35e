"""The engine as a line filter: events as JSON lines in, decisions as JSON lines out; what `contact-center engine-trace` runs.

One thing to know: lines are compact with keys in schema order and nothing depends on the machine, so equal input gives equal bytes.
"""

import io
import json
import sys
from collections.abc import Iterable
from typing import TextIO

from pydantic import ValidationError

from routing import events as ev
from routing import trace_schema as wire
from routing.decisions import Code, Decision, Expire, Offer, Refused, RejectFull, Relax, Rule, Withdraw
from routing.engine import Engine

_TYPES: dict[type[Decision], str] = {
    Offer: "offer",
    Withdraw: "withdraw",
    Relax: "relax",
    Expire: "expire",
    RejectFull: "reject_full",
    Refused: "refused",
}


class MalformedLine(ValueError):
    """The line is not a line of a trace; the text says what is wrong with it."""


def _parse(line: str) -> wire.InputLine:
    try:
        return wire.INPUT.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise MalformedLine(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from error


def parse_config(line: str) -> ev.Config:
    """The first line. Raises MalformedLine."""
    row = _parse(line)
    if not isinstance(row, wire.ConfigLine):
        raise MalformedLine("type: the first line must be config")
    return ev.Config(row.auto_accept, row.misses, row.decline_block)


def parse_event(line: str) -> ev.Event:
    """Any later line. Raises MalformedLine."""
    row = _parse(line)
    match row:
        case wire.ConfigLine():
            raise MalformedLine("type: config may only be the first line")
        case wire.QueueSetLine():
            return _queue_set(row)
        case wire.AgentSetLine():
            return _agent_set(row)
        case wire.ArriveLine():
            return _arrive(row)
        case wire.AgentStateLine():
            return ev.AgentState(t=row.t, agent=row.agent, available=row.available)
        case wire.CancelLine():
            return ev.Cancel(t=row.t, interaction=row.interaction)
        case wire.AcceptLine():
            return ev.Accept(t=row.t, interaction=row.interaction, agent=row.agent)
        case wire.DeclineLine():
            return ev.Decline(t=row.t, interaction=row.interaction, agent=row.agent)
        case wire.FinishLine():
            return ev.Finish(t=row.t, interaction=row.interaction)
        case wire.RequeueLine():
            return ev.Requeue(t=row.t, interaction=row.interaction, queue=row.queue, front=row.front)
        case wire.TickLine():
            return ev.Tick(t=row.t)


def _needs(rows: Iterable[wire.Skill]) -> tuple[ev.SkillNeed, ...]:
    return tuple(ev.SkillNeed(row.skill, row.level, row.required) for row in rows)


def _queue_set(row: wire.QueueSetLine) -> ev.QueueSet:
    return ev.QueueSet(
        t=row.t,
        queue=row.queue,
        skills=_needs(row.skills),
        relax=tuple(ev.RelaxStep(step.after, step.skill, step.level) for step in row.relax),
        order=row.order,
        head_start=row.head_start,
        choice=row.choice,
        offer_time=row.offer_time,
        last_agent_wait=row.last_agent_wait,
        reserve=row.reserve,
        max_waiting=row.max_waiting,
        offers_at_once=row.offers_at_once,
        by_channel=tuple(
            ev.ChannelTerms(one.channel, one.offer_time, one.last_agent_wait, one.choice, one.max_waiting)
            for one in row.by_channel
        ),
    )


def _agent_set(row: wire.AgentSetLine) -> ev.AgentSet:
    return ev.AgentSet(
        t=row.t,
        agent=row.agent,
        ordinal=row.ordinal,
        skills=tuple(ev.SkillHeld(held.skill, held.level) for held in row.skills),
        queues=row.queues,
        units=row.units,
        caps=tuple(ev.Cap(cap.channel, cap.n) for cap in row.caps),
        exclusive=row.exclusive,
        interruptible=row.interruptible,
        pick=row.pick,
    )


def _arrive(row: wire.ArriveLine) -> ev.Arrive:
    return ev.Arrive(
        t=row.t,
        interaction=row.interaction,
        queue=row.queue,
        channel=row.channel,
        units=row.units,
        priority=row.priority,
        queued_at=row.queued_at,
        deadline=row.deadline,
        skills=_needs(row.skills or ()),
        last_agent=row.last_agent,
    )


def format_decision(decision: Decision) -> str:
    """One line, without its end."""
    row: dict[str, int | str | None] = {
        "t": decision.t,
        "type": _TYPES[type(decision)],
        "interaction": decision.interaction,
        "agent": None if isinstance(decision, Relax | RejectFull) else decision.agent,
        "rule": decision.rule.value,
        "code": decision.code.value if isinstance(decision, Refused) else None,
    }
    return json.dumps({key: value for key, value in row.items() if value is not None}, separators=(",", ":"))


def format_done(t: int) -> str:
    """The line that says: that was all for the line read last."""
    return json.dumps({"t": t, "type": "done"}, separators=(",", ":"))


def answer(engine: Engine, line: str) -> tuple[list[Decision], int]:
    """What one line leads to, and the time to write on `done`; a malformed line is refused and changes nothing."""
    try:
        event = parse_event(line)
    except MalformedLine:
        return [_malformed(engine.now)], engine.now
    return engine.apply(event), engine.now


def _malformed(t: int) -> Refused:
    return Refused(t, None, None, Rule.IMPOSSIBLE, Code.MALFORMED)


def main(stdin: TextIO, stdout: TextIO) -> int:
    """Run a trace to the end of `stdin`; empty lines are skipped. Returns the exit code: 2 if the first line is no config.

    Bytes that are no UTF-8 make their line malformed and nothing worse.
    """
    if isinstance(stdin, io.TextIOWrapper):
        stdin.reconfigure(encoding="utf-8", errors="replace")
    engine: Engine | None = None
    while line := stdin.readline():
        if not line.strip():
            continue
        decisions: list[Decision] = []
        t = 0
        failed = False
        if engine is None:
            try:
                engine = Engine(parse_config(line))
            except MalformedLine:
                decisions, failed = [_malformed(0)], True
        else:
            decisions, t = answer(engine, line)
        stdout.writelines(f"{text}\n" for text in (*map(format_decision, decisions), format_done(t)))
        stdout.flush()
        if failed:
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin, sys.stdout))
