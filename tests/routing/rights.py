"""What the people of routing's stories may do."""

from contact_center.web import Reach

AGENT = {
    "offers.own": Reach.OWN,
    "presence.own": Reach.OWN,
    "interactions.read": Reach.QUEUES,
    "interactions.write": Reach.QUEUES,
    "agents.read": Reach.QUEUES,
    "queues.live": Reach.QUEUES,
}
SUPERVISOR = {
    **dict.fromkeys(AGENT, Reach.ALL),
    "presence.others": Reach.ALL,
    "settings.read": Reach.ALL,
    "settings.write": Reach.ALL,
    "choices.read": Reach.ALL,
    "customers.read": Reach.ALL,
    "customers.notes": Reach.ALL,
    "customers.write": Reach.ALL,
}
