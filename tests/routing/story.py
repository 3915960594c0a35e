"""Short words for the stories of the catalogue's rows as people meet them: settings over HTTP, mail in, the router stepped."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update

from contact_center.agents.states import Presence
from contact_center.interactions.models import Interaction
from tests.routing.conftest import Served
from tests.routing.rights import AGENT, SUPERVISOR


class Story:
    """Short words for what these tests do again and again; `boss` may set everything."""

    def __init__(self, served: Served) -> None:
        self.served, self.centre = served, served.centre
        served.sign_in("boss", None, SUPERVISOR)

    async def queue(self, queue_id: str = "", **settings: Any) -> dict[str, Any]:
        path = f"/queues/{queue_id or self.centre.queue_id}"
        return dict(await self.served.must("boss", "PATCH", path, settings))

    async def agent(
        self, name: str, *, available: bool = True, queues: Sequence[str] | None = None, **profile: Any
    ) -> str:
        agent_id = await self.centre.agent(name, available=False, queues=queues)
        self.served.sign_in(name, agent_id, AGENT, *(queues or []))
        if profile:
            if "skills" in profile:
                profile["skills"] = [{"skill_id": s, "level": level} for s, level in profile["skills"].items()]
            await self.served.must("boss", "PATCH", f"/agents/{agent_id}", profile)
        if available:
            await self.centre.presence(agent_id, Presence.AVAILABLE)
        return agent_id

    async def contact(self, channel: str, sender: str = "") -> str:
        """Something comes in on a channel other than mail."""
        mail = await self.centre.mail(sender, routed=False)

        async def unit(session: Any) -> None:
            await session.execute(update(Interaction).where(Interaction.id == mail).values(channel=channel))

        await self.centre.do(unit)
        await self.centre.triage(mail)
        return mail

    async def customer(self, mail: str, **values: Any) -> None:
        """Change the customer who wrote."""
        customer_id = (await self.centre.interaction(mail)).customer_id
        await self.served.must("boss", "PATCH", f"/customers/{customer_id}", values)

    async def offered_to(self, mail: str) -> str | None:
        """The agent to whom it is offered now."""
        offer = await self.centre.pending(mail)
        return offer.agent_id if offer else None

    async def explain(self, mail: str) -> dict[str, Any]:
        return dict(await self.served.must("boss", "GET", f"/interactions/{mail}/explain"))

    async def accept(self, mail: str) -> None:
        await self.centre.accept(await self.centre.pending(mail))
        await self.centre.step()

    async def step(self, seconds: float = 0) -> None:
        await self.centre.step(seconds)

    async def wait(self, seconds: int) -> None:
        """Time passes with everybody's screens on."""
        while seconds > 0:
            await self.centre.step(min(seconds, 20))
            seconds -= 20


def asks(skill: str, level: int = 1, *, required: bool = True) -> dict[str, Any]:
    return {"skill_id": skill, "level": level, "required": required}
