"""Furnishing an empty house: people who can sign in with `demo`, queues, skills, rules, mailboxes, a little past.

Done once: when the administrator of the demo exists, nothing is touched, whatever people changed meanwhile.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from contact_center.accounts.actions import make_user
from contact_center.accounts.changes import Edit
from contact_center.accounts.models import User
from contact_center.accounts.passwords import DEMO_PASSWORD, Passwords
from contact_center.accounts.profiles import Profiles
from contact_center.agents.models import Agent, PresenceReason, Skill
from contact_center.canned.models import CannedReply
from contact_center.clock import Clock
from contact_center.db import Database, fold
from contact_center.demo.complaining import complain
from contact_center.demo.knowing import know
from contact_center.demo.past import Past
from contact_center.demo.people import (
    CANNED_REPLIES,
    DOMAIN,
    PEOPLE,
    PRESENCE_REASONS,
    QUEUES,
    RULES,
    SHOPS,
    SKILLS,
    WRAP_UP_CODES,
    Shop,
)
from contact_center.demo.rating import rate
from contact_center.history import SYSTEM
from contact_center.ids import new_id
from contact_center.interactions.models import ChannelAccount
from contact_center.queues import actions as queue_actions
from contact_center.queues.agent_settings import change_agent
from contact_center.queues.models import Queue, WrapUpCode
from contact_center.routing_input import InputKind, tell_router
from routing.models import TriageRule


async def seed(database: Database, clock: Clock, profiles: Profiles, passwords: Passwords) -> bool:
    """Furnish the house unless it is furnished; True when something was made."""
    hashed = await passwords.hash(DEMO_PASSWORD)

    async def unit(session: AsyncSession) -> bool:
        admin = select(User.id).where(User.email_key == fold(PEOPLE[0].email))
        if await session.scalar(admin) is not None:
            return False
        await _Furnisher(session, Edit(SYSTEM, "demo", clock.now()), profiles, hashed).all()
        return True

    return await database.write(unit)


class _Furnisher:
    """One go; the order is that of who refers to whom."""

    def __init__(self, session: AsyncSession, edit: Edit, profiles: Profiles, password_hash: str) -> None:
        self._session, self._edit, self._profiles, self._hash = session, edit, profiles, password_hash
        self._skills: dict[str, Skill] = {}
        self._queues: dict[str, Queue] = {}
        self._accounts: dict[str, ChannelAccount] = {}
        self._agents: dict[str, Agent] = {}

    async def all(self) -> None:
        """Everything."""
        await self._make_skills()
        await self._make_queues()
        await self._make_people()
        self._make_choices()
        self._make_rules()
        await self._session.flush()
        past = Past(
            self._session,
            now=self._edit.at,
            queues=self._queues,
            accounts=self._accounts,
            agents=self._agents,
        )
        await past.tell_all()
        await complain(self._session, self._agents)
        await rate(self._session, self._queues)
        await know(self._session, self._edit)
        tell_router(self._session, InputKind.SETTINGS, None, at=self._edit.at)

    async def _make_skills(self) -> None:
        for name, kind in SKILLS.items():
            self._skills[name] = Skill(id=new_id(), name=name, name_key=fold(name), kind=kind)
        self._session.add_all(self._skills.values())
        await self._session.flush()

    async def _make_queues(self) -> None:
        for position, line in enumerate(QUEUES):
            queue = await queue_actions.create(
                self._session,
                self._edit,
                {
                    "name": line.name,
                    "description": line.description,
                    "language": line.language,
                    "position": position,
                },
                skills=[
                    {"skill_id": self._skills[name].id, "level": level, "required": True}
                    for name, level in line.skills.items()
                ],
            )
            self._queues[line.name] = queue
            self._accounts[line.name] = ChannelAccount(
                id=new_id(),
                channel="email",
                name=line.name,
                address=f"{line.mailbox}@{DOMAIN}",
                language=line.language,
                default_queue_id=queue.id,
                settings={"signature": line.signature},
                secrets={},
            )
        self._session.add_all(self._accounts.values())
        numbers = [line for line in QUEUES if line.number]
        self._session.add_all(
            ChannelAccount(
                id=new_id(),
                channel=channel,
                name=line.name,
                address=line.number,
                language=line.language,
                default_queue_id=self._queues[line.name].id,
                settings={},
                secrets={},
            )
            for line in numbers
            for channel in ("sms", "voice")
        )
        await self._session.flush()
        self._session.add_all(self._site(shop) for shop in SHOPS)

    def _site(self, shop: Shop) -> ChannelAccount:
        """A chat site: waits in its queue, goes on by mail from that queue's mailbox."""
        return ChannelAccount(
            id=new_id(),
            channel="chat",
            name=shop.name,
            address=shop.key,
            language=shop.language,
            default_queue_id=self._queues[shop.queue].id,
            settings={
                "origins": [],
                "colour": shop.colour,
                "ask": shop.ask,
                "greeting": dict(shop.greeting),
                "mail_account_id": self._accounts[shop.queue].id,
            },
            secrets={},
        )

    async def _make_people(self) -> None:
        for person in PEOPLE:
            user = await make_user(
                self._session,
                self._edit,
                self._profiles,
                email=person.email,
                name=person.name,
                roles=[person.role],
                language=person.language,
                password_hash=self._hash,
            )
            agent = (await self._session.scalars(select(Agent).where(Agent.user_id == user.id))).one_or_none()
            if agent is None or not person.queues:
                continue
            self._agents[person.login] = await change_agent(
                self._session,
                self._edit,
                agent.id,
                {"caps": dict(person.caps)},
                skills={self._skills[name].id: level for name, level in person.skills.items()},
                queue_ids=[self._queues[name].id for name in person.queues],
            )

    def _make_choices(self) -> None:
        for position, name in enumerate(WRAP_UP_CODES):
            self._session.add(WrapUpCode(id=new_id(), name=dict(name), position=position))
        for position, (title, shortcut, texts) in enumerate(CANNED_REPLIES):
            self._session.add(
                CannedReply(
                    id=new_id(),
                    name=title,
                    shortcut=shortcut,
                    shortcut_key=fold(shortcut),
                    texts=dict(texts),
                    position=position,
                )
            )
        for position, name in enumerate(PRESENCE_REASONS):
            self._session.add(PresenceReason(id=new_id(), name=dict(name), position=position))

    def _make_rules(self) -> None:
        by_mailbox = {line.mailbox: self._accounts[line.name].id for line in QUEUES}
        for position, rule in enumerate(RULES, start=1):
            self._session.add(
                TriageRule(
                    id=new_id(),
                    name=rule.name,
                    position=position * 10,
                    when={
                        "account_ids": [by_mailbox[mailbox] for mailbox in rule.mailboxes],
                        "languages": list(rule.languages),
                        "keywords": list(rule.keywords),
                        "keyword_in": "any",
                        "senders": [],
                    },
                    then={"queue_id": self._queues[rule.queue].id, "priority": rule.priority, "skills": []},
                )
            )
