"""Users who sign in, what their roles let them do, sessions, API tokens, teams, and the audit log.

The one thing to know: what a role may do stands in `permissions.py` and nowhere else. An agent's queues are told to us
from above (`profiles.py`), because agents and queues are built on accounts, not the other way round.
"""
