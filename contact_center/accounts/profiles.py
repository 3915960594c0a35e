"""What accounts must know about agents, told by those above: agents and queues stand on accounts, not under it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Work:
    """The routing profile behind a user, if any, and the queues it serves."""

    agent_id: str | None = None
    queue_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class UserChanged:
    """A user was made or changed: the agents' side keeps its profile in step, in the same transaction."""

    user_id: str
    name: str
    roles: frozenset[str]
    active: bool


class Profiles(Protocol):
    """Implemented by the agents' side, handed in by the composition. All run in the caller's session."""

    async def work_of(self, session: AsyncSession, user_id: str) -> Work:
        """The user's agent and queues."""
        ...

    async def agents_of(self, session: AsyncSession, user_ids: Sequence[str]) -> Mapping[str, str]:
        """user id -> agent id, for those who have one."""
        ...

    async def state_of(self, session: AsyncSession, user_id: str) -> dict[str, Any] | None:
        """The user's AgentState as JSON has it, or None."""
        ...

    async def user_changed(self, session: AsyncSession, change: UserChanged) -> None:
        """Make, rename, or retire the agent that belongs to the user."""
        ...


class NoProfiles:
    """Nobody is an agent: for the command line, and for tests of accounts alone."""

    async def work_of(self, session: AsyncSession, user_id: str) -> Work:
        return Work()

    async def agents_of(self, session: AsyncSession, user_ids: Sequence[str]) -> Mapping[str, str]:
        return {}

    async def state_of(self, session: AsyncSession, user_id: str) -> dict[str, Any] | None:
        return None

    async def user_changed(self, session: AsyncSession, change: UserChanged) -> None:
        return None
