"""Which agents may serve which buckets: queues, agents and the inverted index by skill that connects them.

One thing to know: eligibility is compiled when a profile or a bucket first appears, through the skills it names, so that no
decision ever scans all agents or all buckets. Empty buckets are dropped when they have become many.
"""

from routing.events import AgentSet, Order, Pick, QueueSet
from routing.match import Need, meets
from routing.state import Agent, Bucket, Interaction, Profile, Queue

_MANY = 4096


def _index_skill(need: Need) -> int | None:
    """The skill under which a bucket is filed: any one of the required will do."""
    return need.required[0][0] if need.required else None


class Roster:
    """Queues, agents, profiles and buckets of one routing domain."""

    def __init__(self) -> None:
        self.queues: dict[int, Queue] = {}
        self.agents: dict[int, Agent] = {}
        self._profiles: dict[tuple[object, ...], Profile] = {}
        self._of_queue: dict[int, dict[Profile, None]] = {}
        self._of_skill: dict[int, dict[Profile, None]] = {}
        self._buckets = 0
        self._bucket_limit = _MANY

    # -- queues -----------------------------------------------------------------------------------------------------------

    def set_queue(self, setting: QueueSet) -> Queue:
        """Add a queue, or change one: its buckets must have been emptied by the caller and are dropped."""
        queue = self.queues.get(setting.queue)
        if queue is None:
            queue = self.queues[setting.queue] = Queue(setting)
        else:
            for bucket in list(queue.buckets.values()):
                self.drop(bucket)
            queue.adopt(setting)
        queue.idle = 0
        for profile in self._of_queue.get(queue.id, ()):
            self._describe(profile)
            for agent in profile.agents:
                agent.counted = agent.wholly_idle()
                queue.idle += agent.counted
        return queue

    def _describe(self, profile: Profile) -> None:
        """Recompute what a profile knows about the settings of its queues."""
        queues = [self.queues[ident] for ident in sorted(profile.queues) if ident in self.queues]
        profile.reserved = tuple(queue for queue in queues if queue.reserve)
        profile.simple = profile.pick is Pick.LONGEST_WAITING and all(
            queue.order is Order.KEY and not queue.reserve for queue in queues
        )

    # -- agents -----------------------------------------------------------------------------------------------------------

    def set_agent(self, setting: AgentSet) -> Agent:
        """Add an agent (unavailable), or change one's profile; `recount` must follow."""
        agent = self.agents.get(setting.agent)
        if agent is None:
            agent = self.agents[setting.agent] = Agent(setting, self._profile(setting))
        else:
            self._leave(agent)
            agent.adopt(setting, self._profile(setting))
        agent.profile.agents[agent] = None
        return agent

    @staticmethod
    def recount(agent: Agent) -> None:
        """Keep the count of wholly idle agents, which only queues with a reserve need."""
        idle = agent.wholly_idle()
        if idle != agent.counted:
            agent.counted = idle
            for queue in agent.profile.reserved:
                queue.idle += 1 if idle else -1

    def _leave(self, agent: Agent) -> None:
        """Take the agent out of its profile, and its profile out of the indexes when it was the last."""
        profile = agent.profile
        if agent.counted:
            agent.counted = False
            for queue in profile.reserved:
                queue.idle -= 1
        del profile.agents[agent]
        if profile.agents:
            return
        for group in profile.groups.values():
            for bucket in group:
                del bucket.profiles[profile]
        for ident in profile.queues:
            del self._of_queue[ident][profile]
        for skill in profile.levels:
            del self._of_skill[skill][profile]
        del self._profiles[self._signature(agent.setting)]

    @staticmethod
    def _signature(setting: AgentSet) -> tuple[object, ...]:
        return (frozenset(dict(setting.skills).items()), frozenset(setting.queues), setting.pick)

    def _profile(self, setting: AgentSet) -> Profile:
        signature = self._signature(setting)
        profile = self._profiles.get(signature)
        if profile is None:
            profile = self._profiles[signature] = Profile(setting)
            for ident in profile.queues:
                self._of_queue.setdefault(ident, {})[profile] = None
            for skill in profile.levels:
                self._of_skill.setdefault(skill, {})[profile] = None
            self._describe(profile)
            self._connect_profile(profile)
        return profile

    def _connect_profile(self, profile: Profile) -> None:
        for ident in profile.queues:
            queue = self.queues.get(ident)
            if queue is None:
                continue
            for skill in (None, *profile.levels):
                for bucket in queue.index.get(skill, ()):
                    self._connect(bucket, profile)

    def members(self, queue: Queue) -> list[Agent]:
        """Everybody who serves the queue, whatever their skills; for a look, never for a decision."""
        return [agent for profile in self._of_queue.get(queue.id, ()) for agent in profile.agents]

    # -- buckets ----------------------------------------------------------------------------------------------------------

    def bucket(self, item: Interaction) -> Bucket:
        """The bucket an interaction waits in now, made on first use."""
        if item.sticky is not None:
            return self._find(item, item.sticky)
        path = item.path
        if path is None:
            path = item.path = self._path(item)
        bucket = path.get(item.step)
        if bucket is None or bucket.gone:
            bucket = path[item.step] = self._find(item, None)
        return bucket

    @staticmethod
    def _path(item: Interaction) -> dict[int, Bucket]:
        """The buckets by relaxation step that all interactions asking for the same share, so that signatures are hashed once."""
        paths = item.queue.paths
        signature = (item.skills, item.channel, item.units)
        path = paths.get(signature)
        if path is None:
            if len(paths) > _MANY:
                paths.clear()
            path = paths[signature] = {}
        return path

    def _find(self, item: Interaction, only: Agent | None) -> Bucket:
        queue = item.queue
        need = queue.need(item.skills, item.step)
        signature = (item.channel, item.units, need, None if only is None else only.id)
        bucket = queue.buckets.get(signature)
        if bucket is None:
            if self._buckets >= self._bucket_limit:
                self._sweep()
            bucket = queue.buckets[signature] = Bucket(queue, item.channel, item.units, need, only)
            self._buckets += 1
            self._connect_bucket(bucket)
        return bucket

    def _connect_bucket(self, bucket: Bucket) -> None:
        queue, need = bucket.queue, bucket.need
        if bucket.only is not None:
            bucket.only.own[bucket] = None
            return
        queue.index.setdefault(_index_skill(need), {})[bucket] = None
        pools = [self._of_queue.get(queue.id, {})]
        pools.extend(self._of_skill.get(skill, {}) for skill, _ in need.required)
        for profile in min(pools, key=len):
            if queue.id in profile.queues:
                self._connect(bucket, profile)

    @staticmethod
    def _connect(bucket: Bucket, profile: Profile) -> None:
        if meets(profile.levels, bucket.need.required):
            bucket.profiles[profile] = bucket.static_score(profile.levels)
            profile.groups.setdefault((bucket.channel, bucket.units), {})[bucket] = None
            bucket.idle = None

    def drop(self, bucket: Bucket) -> None:
        """Forget an empty bucket."""
        queue, need, only = bucket.queue, bucket.need, bucket.only
        del queue.buckets[(bucket.channel, bucket.units, need, None if only is None else only.id)]
        self._buckets -= 1
        bucket.gone = True
        if only is not None:
            del only.own[bucket]
            return
        queue.paths.clear()
        del queue.index[_index_skill(need)][bucket]
        for profile in bucket.profiles:
            group = profile.groups[(bucket.channel, bucket.units)]
            del group[bucket]
            if not group:
                del profile.groups[(bucket.channel, bucket.units)]

    def _sweep(self) -> None:
        for queue in self.queues.values():
            for bucket in [bucket for bucket in queue.buckets.values() if not bucket.live]:
                self.drop(bucket)
        self._bucket_limit = max(_MANY, 2 * self._buckets)

    def could_serve(self, agent: Agent, item: Interaction) -> bool:
        """True when the agent belongs to the queue and meets what is required now, whatever it is doing."""
        return item.queue.id in agent.profile.queues and meets(
            agent.profile.levels, item.queue.need(item.skills, item.step).required
        )
