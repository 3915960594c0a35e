"""What an interaction looks like in answers: the measured record."""

from contact_center.web.models import Model, Time
from contact_center.web.refs import Ref


class AssignmentLine(Model):
    """Who was responsible, from when to when, and why it ended."""

    id: str
    agent: Ref
    role: str
    state: str
    at: Time
    handled_until: Time | None
    ended_at: Time | None
    reason: str | None


class Interaction(Model):
    """One stretch of a conversation that was, or is, handled; `assignments` only when one is asked for."""

    id: str
    version: int
    state: str
    direction: str
    channel: str
    subject: str
    queue: Ref | None
    agent: Ref | None
    customer_id: str
    conversation_id: str
    ticket_id: str | None
    priority: int
    result: str | None
    created_at: Time
    queued_at: Time | None
    closed_at: Time | None
    assignments: list[AssignmentLine] | None = None
