"""The namespace `/chat`: everything a visitor's browser says and hears. A frame is answered after the commit of its effect.

Frames come from strangers: each is checked, counted against a limit, and whatever it holds the answer is a code, never an
exception that the socket library would have to deal with.
"""

import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import ValidationError
from socketio.exceptions import ConnectionRefusedError as Refused  # type: ignore[import-untyped]
from sqlalchemy.ext.asyncio import AsyncSession

from channels.chat import parse, thread
from channels.chat.accounts import Site, Sites
from channels.chat.by_mail import ByMail, Recipient
from channels.chat.letters import BadAddress, Letters, NoMailbox
from channels.chat.news import ChatNews
from channels.chat.presence import Presence
from channels.chat.rating import Ratings
from channels.chat.receive import Blocked, ChatReceiver, Unknown
from channels.chat.tabs import NAMESPACE, Tab, Tabs
from channels.chat.visitors import (
    BadSignature,
    Signed,
    Visitor,
    VisitorTokens,
    conversation_of,
    read_signed,
    sign_in,
    state,
    welcome,
)
from config.logs import logger
from contact_center import clock as clocks
from contact_center import i18n
from contact_center.channel import WaitingRoom
from contact_center.clock import Clock
from contact_center.db import Database, DatabaseUnavailable
from contact_center.web.ratelimit import Limit, Limiter

TYPING_EVERY = 0.9
FrameT = TypeVar("FrameT", bound=parse.Frame)
Answer = dict[str, Any]
AddressOf = Callable[[Any], str]
VisitorTypes = Callable[[str, str, bool], Awaitable[None]]
"""conversation, name, whether still writing: told to the staff."""
log = logger(__name__)


class Wrong(Exception):
    """The frame is refused; `code` says why, `retry_after` when it may come again."""

    def __init__(self, code: str, retry_after: float = 0.0) -> None:
        super().__init__(code)
        self.code, self.retry_after = code, retry_after


@dataclass(frozen=True, slots=True)
class Limits:
    """How often strangers may speak: sockets and hellos by address, everything else by visitor."""

    hello: Limit = Limit("chat-hello", 60, 4)
    frame: Limit = Limit("chat-frame", 60, 10)
    letter: Limit = Limit("chat-letter", 10, 0.1)
    message: Limit = Limit("chat-message", 30, 6)


class Talk:
    """Registers itself on the server's namespace; one per process."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        tabs: Tabs,
        sites: Sites,
        tokens: VisitorTokens,
        receiver: ChatReceiver,
        presence: Presence,
        letters: Letters,
        by_mail: ByMail,
        news: ChatNews,
        ratings: Ratings,
        waiting: WaitingRoom,
        limiter: Limiter,
        limits: Limits,
        address_of: AddressOf,
        visitor_types: VisitorTypes,
    ) -> None:
        self._database, self._clock, self._tabs, self._sites = database, clock, tabs, sites
        self._tokens, self._receiver, self._presence, self._news = tokens, receiver, presence, news
        self._letters, self._by_mail, self._ratings = letters, by_mail, ratings
        self._waiting, self._limiter, self._limits = waiting, limiter, limits
        self._address_of, self._visitor_types = address_of, visitor_types
        self.draining = False
        server = tabs.server
        server.on("connect", self._connect, namespace=NAMESPACE)
        server.on("disconnect", self._disconnect, namespace=NAMESPACE)
        for name in (
            "hello",
            "message",
            "identify",
            "typing",
            "read",
            "ping",
            "earlier",
            "leave",
            "leave_message",
            "transcript",
        ):
            server.on(name, self._guarded(getattr(self, f"on_{name}")), namespace=NAMESPACE)

    # --- coming and going

    async def _connect(self, sid: str, environ: Mapping[str, Any], _: Any = None) -> None:
        if self.draining:
            raise Refused("closing")
        tab = Tab(sid, self._address_of(environ["aiohttp.request"]))
        if await self._limiter.take(self._limits.hello, tab.address) > 0:
            raise Refused("too_many")
        self._tabs.add(tab)

    async def _disconnect(self, sid: str, _: Any = None) -> None:
        tab = self._tabs.remove(sid)
        if tab is None or tab.visitor is None or self.draining:
            return
        if not self._tabs.others(tab.visitor.id):
            if tab.conversation_id is not None:
                self._news.forget(tab.conversation_id)
            await self._presence.gone(tab.visitor.id)

    # --- frames

    async def on_hello(self, tab: Tab, data: Any) -> Answer:
        """Who are you, what do you have: answered with everything that is missing. Also how a tab catches up."""
        hello = _read(parse.Hello, data)
        await self._take(self._limits.hello, tab.address)
        site = await self._sites.named(hello.site)
        if site is None:
            raise Wrong("unknown_site")
        signed = self._signed(site, hello.identity) if isinstance(hello.identity, str) else None
        known = self._tokens.read(hello.token) if hello.token else None
        language, at = i18n.normal(hello.lang or site.language), self._clock.now()

        async def unit(session: AsyncSession) -> Visitor:
            visitor = await welcome(session, site, known, page=hello.page, language=language, at=at)
            if signed is not None:
                return await sign_in(session, site, visitor, signed, at=at)
            if isinstance(hello.identity, parse.Stated):
                return await state(session, visitor, hello.identity)
            return visitor

        return await self._welcomed(tab, site, await self._database.write(unit), signed, hello)

    async def on_identify(self, tab: Tab, data: Any) -> Answer:
        """The site says who this is; the conversation in hand goes on under that name. Answered like `hello`."""
        frame, (site, visitor) = _read(parse.Identify, data), _known(tab)
        await self._take(self._limits.hello, tab.address)
        signed = self._signed(site, frame.signed)
        at = self._clock.now()
        after = await self._database.write(lambda session: sign_in(session, site, visitor, signed, at=at))
        return await self._welcomed(tab, site, after, signed, parse.Hello())

    async def on_message(self, tab: Tab, data: Any) -> Answer:
        """Store a message once; the answer carries it as stored."""
        said, (site, visitor) = _read(parse.Said, data), _known(tab)
        if not said.text.strip() and not said.file_ids:
            raise Wrong("empty")
        await self._take(self._limits.message, visitor.id)
        try:
            conversation_id, message = await self._receiver.receive(site, visitor, said)
        except Blocked:
            raise Wrong("blocked") from None
        except Unknown:
            raise Wrong("not_taken") from None
        tab.conversation_id = conversation_id
        return {"message": message, "conversation": conversation_id}

    async def on_typing(self, tab: Tab, data: Any) -> Answer:
        """Told to whoever has the conversation open, at most about once a second."""
        frame, (_, visitor) = _read(parse.Typing, data), _known(tab)
        now = clocks.monotonic()
        if tab.conversation_id is None or visitor.blocked or (frame.on and now - tab.typed_at < TYPING_EVERY):
            return {}
        tab.typed_at = now
        await self._visitor_types(tab.conversation_id, visitor.name, frame.on)
        return {}

    async def on_read(self, tab: Tab, data: Any) -> Answer:
        """The visitor has seen our messages up to this one."""
        frame, (_, visitor) = _read(parse.Read, data), _known(tab)
        await self._take(self._limits.frame, visitor.id)
        if tab.conversation_id is not None:
            await self._presence.read(visitor.id, tab.conversation_id, frame.message_id)
        return {}

    async def on_ping(self, tab: Tab, _: Any) -> Answer:
        """How the conversation stands, and its version: a tab that has an older one says hello again."""
        site, visitor = _known(tab)
        await self._take(self._limits.frame, visitor.id)
        await self._presence.alive(visitor.id)
        async with self._database.read() as session:
            conversation = await conversation_of(session, site.id, visitor.key)
            identifier = None if conversation is None else conversation.id
            stands = await thread.stands(session, [identifier]) if identifier else {}
        tab.conversation_id = identifier
        return await self._standing(site, stands.get(identifier or "", thread.Stand("none")))

    async def on_earlier(self, tab: Tab, data: Any) -> Answer:
        """The page of messages before one."""
        frame, (_, visitor) = _read(parse.Earlier, data), _known(tab)
        await self._take(self._limits.frame, visitor.id)
        if tab.conversation_id is None:
            return {"messages": [], "more": False}
        async with self._database.read() as session:
            messages, more = await thread.newest(session, tab.conversation_id, before=frame.before)
        return {"messages": messages, "more": more}

    async def on_leave(self, tab: Tab, _: Any) -> Answer:
        """The visitor ends the conversation."""
        _, visitor = _known(tab)
        if tab.conversation_id is not None:
            await self._presence.left(tab.conversation_id)
        return {}

    async def on_leave_message(self, tab: Tab, data: Any) -> Answer:
        """A message that is answered by mail."""
        left, (site, visitor) = _read(parse.LeaveMessage, data), _known(tab)
        if visitor.blocked:
            raise Wrong("blocked")
        if not left.text.strip():
            raise Wrong("empty")
        await self._take(self._limits.letter, tab.address)
        try:
            await self._letters.leave(site, visitor, left)
        except BadAddress:
            raise Wrong("bad_address") from None
        except NoMailbox:
            raise Wrong("no_mailbox") from None
        return {"left": True}

    async def on_transcript(self, tab: Tab, data: Any) -> Answer:
        """What was said, by mail."""
        frame, (site, visitor) = _read(parse.Transcript, data), _known(tab)
        mailbox, chat_id = site.settings.mail_account_id, tab.conversation_id
        if visitor.blocked or mailbox is None or chat_id is None:
            raise Wrong("no_mailbox")
        if not parse.is_mailbox(frame.email):
            raise Wrong("bad_address")
        await self._take(self._limits.letter, tab.address)
        await self._by_mail.transcript(Recipient(mailbox, frame.email, visitor.name, visitor.language, chat_id))
        return {"sent": True}

    # --- parts

    async def _welcomed(
        self, tab: Tab, site: Site, visitor: Visitor, signed: Signed | None, hello: parse.Hello
    ) -> Answer:
        """Join first, then read: what happens in between is heard and not missed."""
        tab.site = site
        await self._tabs.enter(tab, visitor)
        if self._tabs.get(tab.sid) is None:  # closed before it was known whose tab it is: nobody has noted that
            if not self._tabs.others(visitor.id):
                await self._presence.gone(visitor.id)
            raise Wrong("gone")
        async with self._database.read() as session:
            conversation = await conversation_of(session, site.id, visitor.key)
            identifier = tab.conversation_id = None if conversation is None else conversation.id
            stand = (await thread.stands(session, [identifier]))[identifier] if identifier else thread.Stand("none")
            messages, more, whole = await self._missing(session, identifier, stand.version, hello)
        until = signed.until if signed is not None else None
        answer = {
            "token": self._token(hello, visitor, until),
            "conversation": identifier,
            "messages": messages,
            "more": more,
            "whole": whole,
            "visitor": {"name": visitor.name, "email": visitor.email, "verified": visitor.verified},
            "blocked": visitor.blocked,
            **await self._standing(site, stand),
        }
        await self._tabs.tell(tab.sid, "welcome", answer)
        return answer

    def _token(self, hello: parse.Hello, visitor: Visitor, until: Any) -> str:
        """A renewed one; a signed visitor's own ends with the signature and is not renewed without another."""
        if visitor.verified and until is None and hello.token:
            return hello.token
        return self._tokens.issue(visitor.id, until=until)

    async def _missing(
        self, session: AsyncSession, conversation_id: str | None, version: int, hello: parse.Hello
    ) -> tuple[list[thread.Shown], bool, bool]:
        """(messages, whether there are older ones, whether these replace all that the tab has)."""
        if conversation_id is None:
            return [], False, True
        if hello.after is not None:
            if hello.after_version == version:
                return [], False, False
            missing = await thread.since(session, conversation_id, hello.after)
            if missing is not None:
                return missing, False, False
        messages, more = await thread.newest(session, conversation_id)
        return messages, more, True

    async def _standing(self, site: Site, stand: thread.Stand) -> Answer:
        staffed = stand.state == "talking" or await self._waiting.staffed(stand.queue_id or site.queue_id)
        return {
            "state": stand.state,
            "version": stand.version,
            "agent": {"name": stand.agent} if stand.state == "talking" else None,
            "staffed": staffed,
            "survey": await self._ratings.of(stand.interaction_id) if stand.state == "ended" else None,
            **await self._news.place(stand),
        }

    def _signed(self, site: Site, text: str) -> Signed:
        try:
            return read_signed(text, site.settings.signing_secret, self._clock.now())
        except BadSignature as error:
            raise Wrong(str(error)) from None

    async def _take(self, limit: Limit, caller: str) -> None:
        wait = await self._limiter.take(limit, caller)
        if wait > 0:
            raise Wrong("too_many", retry_after=math.ceil(wait * 100) / 100)  # never 0: that says nothing

    def _guarded(self, handler: Callable[[Tab, Any], Awaitable[Answer]]) -> Callable[..., Awaitable[Answer]]:
        """The handler with exactly one argument, whatever a client sends, and an answer even when we fail."""

        async def handle(sid: str, *said: Any) -> Answer:
            tab = self._tabs.get(sid)
            if tab is None:
                return {"ok": False, "code": "gone"}
            try:
                async with tab.lock:
                    return {"ok": True, **await handler(tab, said[0] if said else None)}
            except Wrong as wrong:
                after = {"retry_after": wrong.retry_after} if wrong.retry_after else {}
                return {"ok": False, "code": wrong.code, **after}
            except DatabaseUnavailable:
                return {"ok": False, "code": "unavailable", "retry_after": 2}
            except Exception:
                log.exception("a visitor's frame failed", kind=handler.__name__)
                return {"ok": False, "code": "internal", "retry_after": 5}

        return handle


def _read(shape: type[FrameT], data: Any) -> FrameT:
    try:
        return shape.model_validate({} if data is None else data)
    except (ValidationError, RecursionError):
        raise Wrong("bad_request") from None


def _known(tab: Tab) -> tuple[Site, Visitor]:
    if tab.site is None or tab.visitor is None:
        raise Wrong("say_hello")
    return tab.site, tab.visitor
