"""HTTP: the wallboard's snapshot, narrowed to the queues whose figures the caller may see."""

from contact_center.clock import to_micros
from contact_center.reports.wallboard_view import SEE, Look, Wallboard, within
from contact_center.web import Context, Routes


def wallboard_routes(look: Look, target: float) -> Routes:
    """`look` counts; `target` is the service level aimed at."""
    routes = Routes("reports")

    @routes.get("/wallboard", allow=SEE)
    async def show_wallboard(context: Context) -> Wallboard:
        """The caller's queues as they stand now (all queues for who may see all)."""
        async with context.database.read() as session:
            shown = await look(session, within(context.principal), context.now)
        return Wallboard(at=context.now, target=target, queues=shown, version=to_micros(context.now))

    return routes
