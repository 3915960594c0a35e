"""Conferences of the local carrier: who is in, who is on hold, and what the desk is told of it, numbered within each room.

A room's events go out one after the other, as at the company; `Knobs.reorder` and `Knobs.repeat` spoil that on purpose.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Tell = Callable[[str, Mapping[str, str]], None]
"""address, form: a webhook that nobody waits for."""


@dataclass(slots=True)
class Member:
    """One leg in a room. `leave` is called when the room puts it out."""

    sid: str
    label: str
    leave: Callable[[], None]
    ends_room: bool
    starts_room: bool
    muted: bool = False
    hold: bool = False
    coaching: str = ""


@dataclass(slots=True)
class Room:
    """One conference; another of the same name is another room."""

    sid: str
    name: str
    callback: str
    tell: Tell
    members: dict[str, Member] = field(default_factory=dict)
    number: int = 0
    started: bool = False
    over: bool = False

    def join(self, member: Member) -> None:
        """Somebody comes in."""
        self.members[member.sid] = member
        self._say("participant-join", member)
        if member.starts_room and not self.started:
            self.started = True
            self._say("conference-start", None)

    def leave(self, sid: str, reason: str, status: str = "completed") -> None:
        """Somebody is out; with who may end it the room is over, and with the last one."""
        member = self.members.pop(sid, None)
        if member is None or self.over:
            return
        self._say("participant-leave", member, ParticipantCallStatus=status, ReasonParticipantLeft=reason)
        if member.ends_room or not self.members:
            self.end("participant-with-end-conference-on-exit-left" if member.ends_room else "last-participant-left")

    def end(self, reason: str) -> None:
        """Everybody out."""
        self.over = True
        for member in list(self.members.values()):
            del self.members[member.sid]
            self._say("participant-leave", member, ParticipantCallStatus="completed", ReasonParticipantLeft="moderator_ended_conference")  # fmt: skip
            member.leave()
        self._say("conference-end", None, ReasonConferenceEnded=reason)

    def change(self, member: Member, form: Mapping[str, str]) -> None:
        """Muted, Hold, Coaching as asked for."""
        if "Muted" in form:
            member.muted = form["Muted"] == "true"
            self._say("participant-mute" if member.muted else "participant-unmute", member)
        if "Hold" in form:
            member.hold = form["Hold"] == "true"
            self._say("participant-hold" if member.hold else "participant-unhold", member)
        if "Coaching" in form:
            member.coaching = form.get("CallSidToCoach", "") if form["Coaching"] == "true" else ""
            self._say("participant-modify", member)

    def hears(self, sid: str) -> list[str]:
        """The labels of those whom this leg hears now."""
        me = self.members.get(sid)
        if me is None or me.hold or not self.started:
            return []
        return [
            one.label
            for one in self.members.values()
            if one.sid != sid and not one.muted and not one.hold and one.coaching in ("", sid)
        ]

    def find(self, who: str) -> Member | None:
        """A member by sid or label."""
        return next((one for one in self.members.values() if who in (one.sid, one.label)), None)

    def _say(self, event: str, member: Member | None, **more: str) -> None:
        self.number += 1
        form = {
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "SequenceNumber": str(self.number),
            "StatusCallbackEvent": event,
            **more,
        }
        if member is not None:
            form |= {
                "CallSid": member.sid,
                "ParticipantLabel": member.label,
                "Muted": str(member.muted).lower(),
                "Hold": str(member.hold).lower(),
                "Coaching": str(bool(member.coaching)).lower(),
                "StartConferenceOnEnter": str(member.starts_room).lower(),
                "EndConferenceOnExit": str(member.ends_room).lower(),
            }
        self.tell(self.callback, form)
