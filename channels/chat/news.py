"""What visitors hear of what happens in the house: the announcer's events, for those conversations whose visitors listen.

Nothing here is relied upon: every ping answers with the conversation's version, and a tab that missed something asks again.
"""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat import thread
from channels.chat.rating import Ratings
from channels.chat.tabs import Payload, Tabs, versioned
from channels.chat.thread import Stand
from channels.chat.visitors import room_of
from contact_center.channel import WaitingRoom
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.events import Event
from contact_center.surveys.asking import ASKED

MESSAGES = "message.created"
HEARD = frozenset({MESSAGES, "interaction.updated", "conversation.updated", ASKED})


class ChatNews:
    """Called with lists of committed events, beside the staff's own sink."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        tabs: Tabs,
        waiting: WaitingRoom,
        ratings: Ratings,
        *,
        many_nodes: bool,
    ) -> None:
        self._database, self._clock, self._tabs, self._waiting = database, clock, tabs, waiting
        self._ratings = ratings
        self._many = many_nodes
        self._told: dict[str, Stand] = {}
        """What this node last said of a conversation, so that a change of a preview is no news."""

    async def __call__(self, events: Sequence[Event]) -> None:
        """Tell them. Raises `DatabaseUnavailable`: the sweeper then tells them again."""
        wanted = {_conversation(event) for event in events if self._is_news(event)} - {""}
        if not wanted or not (self._many or any(True for _ in self._tabs)):
            return
        async with self._database.read() as session:
            stands = await thread.stands(session, sorted(wanted))
            rooms = {one: room_of(*stand.door) for one, stand in stands.items() if stand.door is not None}
            if not self._many:
                rooms = {one: room for one, room in rooms.items() if self._tabs.heard(room)}
            messages = [event.entity_id for event in events if event.kind == MESSAGES and _conversation(event) in rooms]
            shown = await thread.visible(session, messages) if messages else {}
        for message_id, (conversation_id, message) in shown.items():
            payload = message_payload(conversation_id, message, stands[conversation_id].version)
            await self._tabs.emit("message", payload | {"id": message_id}, rooms[conversation_id])
        for conversation_id, room in rooms.items():
            await self.stand(conversation_id, stands[conversation_id], room)
        for conversation_id in {event.entity_id for event in events if event.kind == ASKED} & rooms.keys():
            await self._ask(conversation_id, stands[conversation_id], rooms[conversation_id])

    def _is_news(self, event: Event) -> bool:
        """What a visitor says with one tab is none: that tab has it with its answer."""
        if event.kind == MESSAGES and event.data.get("customers") and not self._many:
            stand = self._told.get(_conversation(event))
            return stand is None or stand.door is None or self._tabs.heard(room_of(*stand.door)) > 1
        return event.kind in HEARD and not event.data.get("talk")

    async def _ask(self, conversation_id: str, stand: Stand, room: str) -> None:
        """How was it? Only when it is over; a visitor who has written again is not asked."""
        survey = await self._ratings.of(stand.interaction_id) if stand.state == "ended" else None
        if survey is not None:
            plain = versioned("conversation", conversation_id, self._clock.now())
            await self._tabs.emit("survey", plain | {"survey": survey}, room)

    async def stand(self, conversation_id: str, stand: Stand, room: str) -> None:
        """Tell how the conversation stands, when that differs from what was last told here."""
        before = self._told.get(conversation_id)
        self._told[conversation_id] = stand
        if before is not None and (before.state, before.agent) == (stand.state, stand.agent):
            return
        if before is None and stand.state in ("none", "ended"):
            return
        event, payload = await self.standing(conversation_id, stand)
        await self._tabs.emit(event, payload, room)

    async def standing(self, conversation_id: str, stand: Stand) -> tuple[str, Payload]:
        """The event that says how it stands."""
        plain = versioned("conversation", conversation_id, self._clock.now())
        if stand.state == "waiting":
            return "queue", plain | await self.place(stand)
        if stand.state == "talking":
            return "agent_joined", plain | {"agent": {"name": stand.agent}}
        return "closed", plain | {"reason": stand.state}

    async def place(self, stand: Stand) -> Payload:
        """`{queue_position, estimated_wait_s, estimated_wait_up_to_s}`, all null when nobody waits.

        Half of those served wait at most the one, four in five at most the other.
        """
        position, wait = None, None
        if stand.state == "waiting" and stand.interaction_id is not None:
            position = await self._waiting.position(stand.interaction_id)
            wait = await self._waiting.estimated_wait(stand.interaction_id)
        return {
            "queue_position": position,
            "estimated_wait_s": None if wait is None else wait.p50_s,
            "estimated_wait_up_to_s": None if wait is None else wait.p80_s,
        }

    def forget(self, conversation_id: str) -> None:
        """The last tab of a visitor closed."""
        self._told.pop(conversation_id, None)


def message_payload(conversation_id: str, message: thread.Shown, version: int) -> Payload:
    """One message for a tab; `conversation_version` is what a ping answers."""
    return {
        "entity": "message",
        "id": message["id"],
        "version": 1,
        "conversation_id": conversation_id,
        "conversation_version": version,
        "message": message,
    }


def _conversation(event: Event) -> str:
    found = event.entity_id if event.entity == "conversation" else event.data.get("conversation_id")
    return found if isinstance(found, str) else ""


async def room(session: AsyncSession, conversation_id: str) -> str | None:
    """The room of one conversation's visitor."""
    stand = (await thread.stands(session, [conversation_id])).get(conversation_id)
    return None if stand is None or stand.door is None else room_of(*stand.door)
