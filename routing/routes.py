"""All HTTP operations of routing; the settings (triage rules) and the supervisor's figures have files of their own."""

from config.settings import Routing
from contact_center.errors import Forbidden, NotFound
from contact_center.web import Context, Routes
from routing.agent_routes import agent_routes
from routing.explain_shapes import Estimate, Explained
from routing.explaining import explained
from routing.mirror import Rules
from routing.offer_routes import offer_routes
from routing.outlook import Outlook, Standing
from routing.router import Router
from routing.sight import seen_work
from routing.try_routes import routes as try_routes
from routing.work_routes import work_routes


def routing_routes(router: Router, outlook: Outlook, routing: Routing) -> list[Routes]:
    """Agents, offers, work by hand, explanations, trying rules."""
    return [
        agent_routes(routing),
        offer_routes(routing),
        work_routes(routing),
        _explain_routes(router, outlook, Rules(routing)),
        try_routes,
    ]


def _explain_routes(router: Router, outlook: Outlook, rules: Rules) -> Routes:
    routes = Routes("interactions")

    @routes.get("/interactions/{interaction_id}/explain", allow="interactions.read", errors=[NotFound, Forbidden])
    async def explain_interaction(context: Context, interaction_id: str) -> Explained:
        """Why it waits, who could take it, when the search widens; why this agent got it."""
        async with context.database.read() as session:
            await seen_work(session, context, interaction_id)
            found = await explained(
                session, router.desk, rules, interaction_id, language=context.language, now=context.now
            )
            standing = await outlook.of(session, interaction_id)
        return found.model_copy(update={"estimate": _shown(standing)})

    return routes


def _shown(standing: Standing | None) -> Estimate | None:
    if standing is None or standing.wait is None:
        return None
    return Estimate(p50_s=round(standing.wait.p50), p80_s=round(standing.wait.p80))
