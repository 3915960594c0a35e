"""Socket.IO for staff: rooms, heartbeat, and events made into payloads by query.

The one thing to know: nothing here is relied upon. Events may be lost or seen twice; every heartbeat answers with the
versions of the joined rooms, so a client finds out by itself and fetches again.
"""

from contact_center.realtime.rooms import StaffSignIn
from contact_center.realtime.server import Realtime

__all__ = ["Realtime", "StaffSignIn"]
