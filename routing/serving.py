"""Who could serve a queue, step by step as its requirements fall: what the editor draws and what a save is judged by.

The one thing to know: this asks who ever could, not who can now; presence, load and hours play no part.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.agents.models import Agent, Proficiency
from contact_center.ids import from_int, to_int
from routing import relax
from routing.events import RelaxStep, SkillNeed
from routing.match import combine, meets


@dataclass(frozen=True, slots=True)
class NeedCount:
    """A requirement and how many of the agents meet it alone: its flexibility."""

    skill_id: str
    level: int
    agents: int


@dataclass(frozen=True, slots=True)
class Stage:
    """From `after` seconds in line on: what is still required, and how many agents meet all of it."""

    after: int
    needs: tuple[NeedCount, ...]
    agents: int


Levels = Mapping[int, int]


def stages(skills: Sequence[SkillNeed], steps: Sequence[RelaxStep], agents: Iterable[Levels]) -> list[Stage]:
    """The stages of a line, the first at 0; steps due together make one stage. `after` of the steps is in seconds here."""
    members = list(agents)
    required = combine(skills).required
    ordered = relax.in_order(steps)
    found = []
    for after in sorted({0, *(step.after for step in ordered)}):
        left = relax.relaxed(required, [step for step in ordered if step.after <= after])
        counts = tuple(
            NeedCount(from_int(skill), level, sum(meets(levels, ((skill, level),)) for levels in members))
            for skill, level in left
        )
        found.append(Stage(after, counts, sum(meets(levels, left) for levels in members)))
    return found


def unserveable(made: Sequence[Stage]) -> bool:
    """True when something is required to the end and nobody ever meets it."""
    return bool(made[-1].needs) and made[-1].agents == 0


async def levels_of(session: AsyncSession, agent_ids: Iterable[str]) -> dict[str, dict[int, int]]:
    """agent id -> skill (as the engine names it) -> level, of those who are active."""
    wanted = sorted(set(agent_ids))
    known = (await session.scalars(select(Agent.id).where(Agent.id.in_(wanted), Agent.active.is_(True)))).all()
    found: defaultdict[str, dict[int, int]] = defaultdict(dict, {agent_id: {} for agent_id in known})
    rows = await session.execute(
        select(Proficiency.agent_id, Proficiency.skill_id, Proficiency.level).where(Proficiency.agent_id.in_(known))
    )
    for agent_id, skill_id, level in rows:
        found[agent_id][to_int(skill_id)] = level
    return dict(found)
