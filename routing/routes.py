"""All HTTP operations of routing; the settings (triage rules) and the supervisor's figures have files of their own."""

from config.settings import Routing
from contact_center.errors import Forbidden, NotFound
from contact_center.web import Context, Routes
from routing.agent_routes import agent_routes
from routing.explaining import Explained, explained
from routing.mirror import Rules
from routing.offer_routes import offer_routes
from routing.router import Router
from routing.sight import seen_work
from routing.try_routes import routes as try_routes
from routing.work_routes import work_routes


def routing_routes(router: Router, routing: Routing) -> list[Routes]:
    """Agents, offers, work by hand, explanations, trying rules."""
    return [
        agent_routes(routing),
        offer_routes(routing),
        work_routes(routing),
        _explain_routes(router, Rules(routing)),
        try_routes,
    ]


def _explain_routes(router: Router, rules: Rules) -> Routes:
    routes = Routes("interactions")

    @routes.get("/interactions/{interaction_id}/explain", allow="interactions.read", errors=[NotFound, Forbidden])
    async def explain_interaction(context: Context, interaction_id: str) -> Explained:
        """Why it waits, who could take it, when the search widens; why this agent got it."""
        async with context.database.read() as session:
            await seen_work(session, context, interaction_id)
            return await explained(
                session, router.desk, rules, interaction_id, language=context.language, now=context.now
            )

    return routes
