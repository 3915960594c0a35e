"""HTTP of the measured record: reading it. What changes it is served by routing."""

from contact_center.errors import NotFound
from contact_center.interactions.shapes import Interaction
from contact_center.web import Context, Paged, Routes
from contact_center.workspace.queries import InteractionQuery, list_interactions, seen_interaction
from contact_center.workspace.thread import thread_of
from contact_center.workspace.thread_shapes import Thread, ThreadQuery
from contact_center.workspace.visibility import sight

READ = "interactions.read"


def interaction_routes() -> Routes:
    """List, one, and its messages."""
    routes = Routes("interactions")

    @routes.get("/interactions", allow=READ)
    async def list_of_interactions(context: Context, query: InteractionQuery) -> Paged[Interaction]:
        """Interactions, newest first; the waiting line of a queue with `state=queued`."""
        async with context.database.read() as session:
            return await list_interactions(session, sight(context.principal, context.reach), query)

    @routes.get("/interactions/{interaction_id}", allow=READ, errors=[NotFound])
    async def get_interaction(context: Context, interaction_id: str) -> Interaction:
        """One interaction with its assignments."""
        async with context.database.read() as session:
            return await seen_interaction(session, sight(context.principal, context.reach), interaction_id)

    @routes.get("/interactions/{interaction_id}/messages", allow=READ, errors=[NotFound])
    async def list_messages_of_interaction(context: Context, interaction_id: str, query: ThreadQuery) -> Thread:
        """The messages of this stretch, the newest page first, ascending inside."""
        async with context.database.read() as session:
            found = await seen_interaction(session, sight(context.principal, context.reach), interaction_id)
            return await thread_of(
                session,
                found.conversation_id,
                limit=query.limit,
                cursor=query.cursor,
                before=query.before,
                interaction_id=interaction_id,
            )

    return routes
