"""Decisions become rows: one transaction, set-based, fenced, every move a compare-and-set.

Nothing is taken on the engine's word. An interaction that changed meanwhile, an agent who no longer takes work or has no
units left, drops out of the list without harm to the rest, and the router looks at both again.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center import events, history
from contact_center.agents import actions as agents
from contact_center.agents.capacity import offer_units
from contact_center.clock import from_micros
from contact_center.db import add_rows, fence
from contact_center.db.leases import Lease
from contact_center.ids import from_int, new_id, to_int
from contact_center.interactions.models import Interaction
from contact_center.interactions.queueing import Seen, offer_ended, offered
from contact_center.interactions.states import InteractionState
from contact_center.routing_input import RoutingInput
from routing import decisions as decided
from routing.announce import offer_withdrawn
from routing.decisions import Decision, Rule
from routing.mirror import Rebuild
from routing.models import Offer
from routing.onward import turn_away
from routing.recount import interrupted
from routing.states import OFFER, OfferEvent, OfferState, WithdrawReason

_REASONS = {
    Rule.AGENT_UNAVAILABLE: WithdrawReason.AGENT_GONE,
    Rule.ASSIGNED_BY_HAND: WithdrawReason.ACCEPTED_ELSEWHERE,
    Rule.REQUEUED: WithdrawReason.CHANGED,
    Rule.ACCEPTED_ELSEWHERE: WithdrawReason.ACCEPTED_ELSEWHERE,
}
_LEFT = {
    InteractionState.ABANDONED: WithdrawReason.CUSTOMER_LEFT,
    InteractionState.DIVERTED: WithdrawReason.CUSTOMER_LEFT,
    InteractionState.CLOSED: WithdrawReason.SUPERVISOR,
    InteractionState.ASSIGNED: WithdrawReason.ACCEPTED_ELSEWHERE,
}


@dataclass(frozen=True, slots=True)
class Known:
    """An interaction as it stood when the router last read or wrote it."""

    version: int
    state: InteractionState
    conversation_id: str
    queue_id: str | None
    units: int


@dataclass(frozen=True, slots=True)
class Made:
    """An offer to be made, and why it is."""

    decision: decided.Offer
    why: Mapping[str, Any]
    interrupts: tuple[str, ...] = ()


@dataclass(slots=True)
class Batch:
    """What is to be written: the net effect of some decisions, by (interaction, agent)."""

    ended: dict[tuple[int, int], Rule] = field(default_factory=dict)
    """Rule OFFER_TIME or NOT_RESPONDING: a miss; any other: withdrawn."""
    made: dict[tuple[int, int], Made] = field(default_factory=dict)
    relaxed: list[decided.Relax] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    """Interactions for which their queue has no room."""

    def add(self, decision: Decision, why: Mapping[str, Any], interrupts: Collection[str] = ()) -> None:
        """Take one decision in, in the order they came; an offer that ended before it was written never happened.

        `interrupts` are the channels of the agent's other work beside which an offer may be made.
        """
        match decision:
            case decided.Offer():
                self.made[decision.interaction, decision.agent] = Made(decision, why, tuple(interrupts))
            case decided.Withdraw() | decided.Expire():
                pair = (decision.interaction, decision.agent)
                if self.made.pop(pair, None) is None:
                    self.ended[pair] = decision.rule
            case decided.Relax():
                self.relaxed.append(decision)
            case decided.RejectFull():
                self.refused.append(decision.interaction)
            case _:
                pass

    def __len__(self) -> int:
        return len(self.ended) + len(self.made) + len(self.relaxed) + len(self.refused)


@dataclass(slots=True)
class Written:
    """What became of it: interactions as they are now, and what must be looked at again."""

    known: dict[int, Known] = field(default_factory=dict)
    interactions: set[int] = field(default_factory=set)
    agents: set[int] = field(default_factory=set)
    offers: int = 0


_MISSES = {Rule.OFFER_TIME, Rule.NOT_RESPONDING}


async def write(
    session: AsyncSession,
    batch: Batch,
    known: Mapping[int, Known],
    *,
    lease: Lease,
    inputs: Sequence[int],
    misses: int,
    at: datetime,
) -> Written:
    """Write the batch and delete the inputs that led to it. Raises `LeaseLost`, and `Rebuild` when offers do not agree."""
    await fence(session, lease)
    if inputs:
        await session.execute(delete(RoutingInput).where(RoutingInput.seq.in_(inputs)))
    await turn_away(session, [from_int(interaction) for interaction in batch.refused], at=at)
    written = Written()
    now = {interaction: known[interaction] for interaction, _ in (*batch.ended, *batch.made) if interaction in known}
    written.interactions |= {interaction for interaction, _ in (*batch.ended, *batch.made) if interaction not in known}
    for step in batch.relaxed:
        _remember_relaxed(session, step, known.get(step.interaction))
    await _end(session, batch, now, written, misses=misses, at=at)
    await _make(session, batch, now, written, at=at)
    written.known = now
    return written


async def _end(
    session: AsyncSession, batch: Batch, now: dict[int, Known], written: Written, *, misses: int, at: datetime
) -> None:
    """Offers that rang out or were withdrawn: the interactions wait again, units are free, misses are counted."""
    waits = {i: a for i, a in batch.ended if i in now and now[i].state is InteractionState.OFFERED}
    for interaction in await _still_asked(session, waits, batch.ended):
        del waits[interaction]
    back = {from_int(i): from_int(a) for i, a in waits.items()}
    changed = await offer_ended(session, _seen(now, waits), at=at, cause="offer_ended", agents=back)
    stale = _take_over(now, changed, waits, InteractionState.QUEUED)
    written.interactions |= stale
    groups: defaultdict[tuple[OfferEvent, str], list[tuple[str, str]]] = defaultdict(list)
    for (interaction, agent), rule in batch.ended.items():
        if interaction in now and interaction not in stale:
            groups[_how(rule, now[interaction])].append((from_int(interaction), from_int(agent)))
    ended: list[Any] = []
    for (event, reason), pairs in sorted(groups.items()):
        ended += await _end_offers(session, event, reason, pairs, at=at)
    await _settle_ended(session, ended, {from_int(i) for i in waits} - {from_int(i) for i in stale}, misses, at)


async def _still_asked(session: AsyncSession, waits: Collection[int], ended: Collection[tuple[int, int]]) -> list[int]:
    """Those of which others than these have a pending offer: they stay offered.

    Under the interactions' locks, because an agent who declines asks the same question.
    """
    if not waits:
        return []
    ids = sorted(from_int(interaction) for interaction in waits)
    await session.execute(
        select(Interaction.id).where(Interaction.id.in_(ids)).order_by(Interaction.id).with_for_update()
    )
    pending = await session.execute(
        select(Offer.interaction_id, Offer.agent_id).where(
            Offer.interaction_id.in_(ids), Offer.state == OfferState.PENDING.value
        )
    )
    return list({to_int(i): None for i, a in pending if (to_int(i), to_int(a)) not in ended})


def _how(rule: Rule, known: Known) -> tuple[OfferEvent, str]:
    if rule in _MISSES:
        return OfferEvent.EXPIRE, ""
    reason = _REASONS.get(rule) or _LEFT.get(known.state, WithdrawReason.CHANGED)
    return OfferEvent.WITHDRAW, reason.value


async def _end_offers(
    session: AsyncSession, event: OfferEvent, reason: str, pairs: Sequence[tuple[str, str]], *, at: datetime
) -> list[Any]:
    after = OFFER.after(OfferState.PENDING, event)
    rows = await session.execute(
        update(Offer)
        .where(tuple_(Offer.interaction_id, Offer.agent_id).in_(sorted(pairs)), Offer.state == OfferState.PENDING.value)
        .values(state=after.value, ended_at=at, reason=reason or None, version=Offer.version + 1)
        .returning(
            Offer.id, Offer.interaction_id, Offer.agent_id, Offer.queue_id, Offer.units, Offer.state, Offer.version
        )
        .execution_options(synchronize_session=False)
    )
    return [(row, reason or OfferState.EXPIRED.value) for row in rows]


async def _settle_ended(
    session: AsyncSession, ended: Sequence[Any], waiting: set[str], misses: int, at: datetime
) -> None:
    gone = {row.interaction_id for row, _ in ended}
    if waiting - gone:
        raise Rebuild("an interaction was offered, its offer was not pending")
    freed: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for row, reason in ended:
        freed[row.agent_id] += row.units
        if row.state == OfferState.EXPIRED.value:
            missed[row.agent_id] += 1
        history.append(
            session,
            entity="offer",
            entity_id=row.id,
            before=OfferState.PENDING.value,
            after=row.state,
            at=at,
            actor=history.SYSTEM,
            cause=reason,
            queue_id=row.queue_id,
            agent_id=row.agent_id,
        )
    await offer_withdrawn(session, [(row.id, row.version, row.agent_id, reason) for row, reason in ended], at=at)
    if freed:
        await agents.free(session, freed, at=at, handled=False)
    if missed:
        await agents.missed(session, missed, limit=misses, at=at)


async def _make(session: AsyncSession, batch: Batch, now: dict[int, Known], written: Written, *, at: datetime) -> None:
    """New offers: interactions first, then units; an interaction none of whose agents can have theirs is given back at once."""
    made: defaultdict[int, dict[int, Made]] = defaultdict(dict)
    for (interaction, agent), one in batch.made.items():
        if interaction in now and interaction not in written.interactions:
            made[interaction][agent] = one
    if not made:
        return
    told = {from_int(i): from_int(next(iter(agents))) for i, agents in made.items()}
    changed = await offered(session, _seen(now, made), at=at, agents=told)
    stale = _take_over(now, changed, made, InteractionState.OFFERED)
    written.interactions |= stale
    pairs = [(i, a, one) for i, those in made.items() if i not in stale for a, one in those.items()]
    wanted: Counter[str] = Counter()
    for interaction, agent, _ in pairs:
        wanted[from_int(agent)] += now[interaction].units
    beside = await interrupted(session, {from_int(a): one.interrupts for _, a, one in pairs if one.interrupts})
    held = await offer_units(session, wanted, at=at, beside=beside)
    kept = [(i, one) for i, a, one in pairs if from_int(a) in held]
    written.agents |= {a for _, a, _ in pairs if from_int(a) not in held}
    served = {i for i, _ in kept}
    await _refuse(session, {i: a for i, a, _ in pairs if i not in served}, now, written, at=at)
    rows = [_row(now[i], one) for i, one in kept]
    if rows:
        await add_rows(session, Offer, rows)
    for row in rows:
        _announce_made(session, row, held[row["agent_id"]].user_id, at)
    written.offers = len(rows)


async def _refuse(
    session: AsyncSession, refused: Mapping[int, int], now: dict[int, Known], written: Written, *, at: datetime
) -> None:
    """Nobody could have these after all: they wait again, and are looked at again."""
    if refused:
        back = {from_int(i): from_int(a) for i, a in refused.items()}
        changed = await offer_ended(session, _seen(now, refused), at=at, cause="agent_gone", agents=back)
        _take_over(now, changed, refused, InteractionState.QUEUED)
        written.interactions |= refused.keys()


def _seen(now: Mapping[int, Known], those: Iterable[int]) -> list[Seen]:
    return [
        Seen(from_int(i), now[i].version, now[i].state, now[i].queue_id or "", now[i].conversation_id) for i in those
    ]


def _take_over(
    now: dict[int, Known], changed: Mapping[str, int], those: Iterable[int], state: InteractionState
) -> set[int]:
    """Note the new versions; returns those that had changed meanwhile."""
    stale = set()
    for interaction in those:
        version = changed.get(from_int(interaction))
        if version is None:
            stale.add(interaction)
        else:
            now[interaction] = replace(now[interaction], version=version, state=state)
    return stale


def _row(known: Known, made: Made) -> dict[str, Any]:
    decision = made.decision
    assert decision.expires_at is not None
    return {
        "id": new_id(),
        "interaction_id": from_int(decision.interaction),
        "agent_id": from_int(decision.agent),
        "queue_id": known.queue_id,
        "state": OfferState.PENDING.value,
        "units": known.units,
        "rule": decision.rule.value,
        "why": dict(made.why),
        "offered_at": from_micros(decision.t),
        "expires_at": from_micros(decision.expires_at),
        "ended_at": None,
        "reason": None,
        "version": 1,
    }


def _announce_made(session: AsyncSession, row: Mapping[str, Any], user_id: str, at: datetime) -> None:
    history.append(
        session,
        entity="offer",
        entity_id=row["id"],
        before=None,
        after=row["state"],
        at=at,
        actor=history.SYSTEM,
        cause=row["rule"],
        queue_id=row["queue_id"],
        agent_id=row["agent_id"],
    )
    events.record(
        session,
        "offer.made",
        entity="offer",
        entity_id=row["id"],
        version=1,
        rooms=[f"user:{user_id}"],
        at=at,
        data={"interaction_id": row["interaction_id"]},
    )


def _remember_relaxed(session: AsyncSession, step: decided.Relax, known: Known | None) -> None:
    if known is not None:
        history.append(
            session,
            entity="interaction",
            entity_id=from_int(step.interaction),
            before=known.state.value,
            after=known.state.value,
            at=from_micros(step.t),
            actor=history.SYSTEM,
            cause=f"relaxed {step.step}",
            queue_id=known.queue_id,
        )
