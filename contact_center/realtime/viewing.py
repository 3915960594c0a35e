"""Who has which conversation open and what they do there, on all nodes together. Kept in memory; what is not repeated expires."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contact_center import clock
from contact_center.web.refs import Ref
from contact_center.workspace.shapes import Viewer

DOINGS = ("viewing", "note", "reply")
"""In the order of importance: of one person's several tabs the last of these is shown."""
EXPIRES = 60.0
REPEAT = 20.0


@dataclass(slots=True)
class _Look:
    """One tab of this node."""

    user: Ref
    conversation_id: str
    doing: str
    until: float


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """What another node said of one conversation."""

    viewers: tuple[tuple[str, str, str], ...]
    until: float


Told = list[tuple[str, str, str]]
"""(user id, name, doing), as nodes tell each other."""


class Viewing:
    """The map. It is the workspace's `Viewers`: calling it answers for a list of conversations."""

    def __init__(self) -> None:
        self._here: dict[str, _Look] = {}
        self._there: dict[str, dict[str, _Elsewhere]] = {}

    def __call__(self, conversation_ids: Sequence[str]) -> Mapping[str, Sequence[Viewer]]:
        """The viewers of each of these conversations; absent means nobody."""
        found = {conversation_id: self.of(conversation_id) for conversation_id in conversation_ids}
        return {conversation_id: viewers for conversation_id, viewers in found.items() if viewers}

    def of(self, conversation_id: str) -> list[Viewer]:
        """The viewers of one conversation, each person once."""
        people: dict[str, tuple[str, str]] = {}
        now = clock.monotonic()
        heard = [other.viewers for other in self._there.get(conversation_id, {}).values() if other.until > now]
        for user_id, name, doing in [*self.here(conversation_id), *(viewer for viewers in heard for viewer in viewers)]:
            known = people.get(user_id)
            if known is None or DOINGS.index(doing) > DOINGS.index(known[1]):
                people[user_id] = (name, doing)
        return [
            Viewer(user=Ref(id=user_id, name=name), doing=doing) for user_id, (name, doing) in sorted(people.items())
        ]

    def here(self, conversation_id: str) -> Told:
        """What this node knows of its own tabs."""
        now = clock.monotonic()
        return [
            (look.user.id, look.user.name, look.doing)
            for look in self._here.values()
            if look.conversation_id == conversation_id and look.until > now
        ]

    def look(self, sid: str, user: Ref, conversation_id: str | None, doing: str) -> set[str]:
        """A tab shows this conversation now (None: none); returns the conversations whose viewers changed."""
        before = self._here.pop(sid, None)
        if conversation_id is not None:
            self._here[sid] = _Look(user, conversation_id, doing, clock.monotonic() + EXPIRES)
        if before is not None and (before.conversation_id, before.doing) == (conversation_id, doing):
            return set()
        return {look for look in (before.conversation_id if before else None, conversation_id) if look is not None}

    def shown(self, sid: str) -> str | None:
        """The conversation that a tab shows."""
        look = self._here.get(sid)
        return None if look is None else look.conversation_id

    def alive(self, sid: str) -> None:
        """A heartbeat came from the tab."""
        if sid in self._here:
            self._here[sid].until = clock.monotonic() + EXPIRES

    def watched(self) -> set[str]:
        """The conversations that tabs of this node show."""
        return {look.conversation_id for look in self._here.values()}

    def hear(self, node: str, conversation_id: str, viewers: Sequence[Sequence[str]]) -> None:
        """What another node says of a conversation; nobody there is said by an empty list."""
        known = self._there.setdefault(conversation_id, {})
        kept = tuple((user_id, name, doing) for user_id, name, doing in viewers if doing in DOINGS)
        if kept:
            known[node] = _Elsewhere(kept, clock.monotonic() + EXPIRES)
        else:
            known.pop(node, None)
        if not known:
            del self._there[conversation_id]

    def expire(self) -> set[str]:
        """Forget what nobody repeated; returns the conversations whose viewers changed."""
        now = clock.monotonic()
        changed = set()
        for sid, look in list(self._here.items()):
            if look.until <= now:
                del self._here[sid]
                changed.add(look.conversation_id)
        for conversation_id, nodes in list(self._there.items()):
            for node, other in list(nodes.items()):
                if other.until <= now:
                    del nodes[node]
                    changed.add(conversation_id)
            if not nodes:
                del self._there[conversation_id]
        return changed
