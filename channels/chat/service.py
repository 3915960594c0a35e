"""The chat channel put together: sockets, pages, presence and sender of one process, started and stopped as one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiohttp import web

from channels.chat.accounts import SettingsOf, Sites
from channels.chat.by_mail import ByMail
from channels.chat.letters import Letters
from channels.chat.news import ChatNews, room
from channels.chat.pages import WidgetPages
from channels.chat.presence import Patience, Presence
from channels.chat.rating import Ratings
from channels.chat.receive import ChatReceiver
from channels.chat.send import ChatChannel
from channels.chat.tabs import Tabs, versioned
from channels.chat.talk import Limits, Talk
from channels.chat.uploads import VisitorFiles
from channels.chat.visitors import VisitorTokens
from config.settings import Settings
from contact_center.channel import WaitingRoom
from contact_center.clock import Clock
from contact_center.db import Database, Leases
from contact_center.events import Event
from contact_center.files import FileStore
from contact_center.intake.door import Intake
from contact_center.tokens import Tokens
from contact_center.web.middleware import client_address
from contact_center.web.ratelimit import Limit, Limiter

TellStaff = Callable[[str, str, bool], Awaitable[None]]
"""conversation, the visitor's name, whether still writing."""


class ChatService:
    """One per process. `channel` sends; `news` hears committed events; `attach` joins the socket server of the house."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        clock: Clock,
        intake: Intake,
        files: FileStore,
        leases: Leases,
        settings_of: SettingsOf,
        waiting: WaitingRoom,
    ) -> None:
        chat = settings.chat
        self._settings, self._database, self._clock, self._waiting = settings, database, clock, waiting
        self._files = files
        self.sites = Sites(database, settings_of)
        self.tokens = VisitorTokens(settings.secret_key, clock, days=chat.token_days)
        self.by_mail = ByMail(database, clock, self.sites, gone_seconds=chat.gone_seconds)
        self.channel = ChatChannel()
        self.receiver = ChatReceiver(database, clock, intake)
        self.letters = Letters(database, clock, intake, self.by_mail)
        patience = Patience(chat.abandon_seconds, chat.idle_seconds, chat.look_seconds)
        self.presence = Presence(database, clock, leases, patience, self.by_mail)

    def attach(self, server: Any, *, limiter: Limiter, tell_staff: TellStaff) -> None:
        """Serve `/chat` on this socket server."""
        chat = self._settings.chat
        self._limiter = limiter
        self._tabs = Tabs(server)
        ratings = Ratings(self._database, self._clock, Tokens.of(self._settings.secret_key))
        self._news = ChatNews(
            self._database, self._clock, self._tabs, self._waiting, ratings, many_nodes=bool(self._settings.redis.url)
        )
        limits = Limits(message=Limit("chat-message", chat.message_burst, chat.messages_per_second))
        self._talk = Talk(
            database=self._database,
            clock=self._clock,
            tabs=self._tabs,
            sites=self.sites,
            tokens=self.tokens,
            receiver=self.receiver,
            presence=self.presence,
            letters=self.letters,
            by_mail=self.by_mail,
            news=self._news,
            ratings=ratings,
            waiting=self._waiting,
            limiter=limiter,
            limits=limits,
            address_of=lambda request: client_address(request, self._settings.http.trusted_proxies),
            visitor_types=tell_staff,
        )

    def add_to(self, app: web.Application) -> None:
        """Serve the widget's pages."""
        WidgetPages(self.sites, self._waiting, public_url=self._settings.public_url()).add_to(app)
        VisitorFiles(self._database, self._clock, self._files, self.tokens, limiter=self._limiter).add_to(app)

    async def close(self) -> None:
        """Take no new visitors, let the present ones come back elsewhere, and stop."""
        self._talk.draining = True
        await self._tabs.drop_all()

    def visitors(self) -> int:
        """How many tabs are open on this node."""
        return len(self._tabs)

    async def news(self, events: Sequence[Event]) -> None:
        """The announcer's events, for visitors."""
        await self._news(events)

    async def agent_types(self, conversation_id: str, name: str) -> None:
        """An agent writes in a conversation; its visitor sees that somebody does."""
        async with self._database.read() as session:
            to = await room(session, conversation_id)
        if to is not None:
            payload = versioned("conversation", conversation_id, self._clock.now(), agent={"name": name})
            await self._tabs.emit("typing", payload, to)
