"""Pictures and files of texts: those that came are fetched from the provider, those that go are lent to it for an hour."""

import asyncio
import mimetypes
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from yarl import URL

from channels.sms.clients import Clients
from channels.sms.numbers import Numbers
from config.logs import logger
from config.settings import Sms
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.errors import NotFound
from contact_center.files import FileRow, FileStore, Stored
from contact_center.ids import new_id
from contact_center.intake.take_in import FETCH_JOB
from contact_center.interactions import announce
from contact_center.interactions.models import Conversation, Message, MessageFile
from contact_center.jobs import Job, JobKind, Recorded
from contact_center.tokens import BadToken, Tokens

LENT_FOR = timedelta(hours=1)
PURPOSE = "sms file"
FETCH_SECONDS = 30.0
API_HOST = "twilio.com"
SignIn = Callable[[str], Awaitable[tuple[str, str] | None]]
"""Account -> (user, password) at the provider."""
log = logger(__name__)


class TextFiles:
    """`link` lends a stored file; `kind` is the job that fetches; `lend` serves what was lent."""

    def __init__(
        self,
        settings: Sms,
        *,
        public_url: str,
        tokens: Tokens,
        database: Database,
        store: FileStore,
        clients: Clients,
        numbers: Numbers,
        clock: Clock,
    ) -> None:
        self._settings, self._public_url, self._tokens = settings, public_url, tokens
        self._database, self._store, self._clients, self._numbers = database, store, clients, numbers
        self._clock = clock
        self._others: list[SignIn] = []

    def fetch_for(self, sign_in: SignIn) -> None:
        """Fetch also what came for accounts of another channel at this provider."""
        self._others.append(sign_in)

    def link(self, file_id: str) -> str:
        """An address that serves the file for an hour, to whoever has it."""
        token = self._tokens.issue(PURPOSE, file_id.encode(), expires_at=self._clock.now() + LENT_FOR)
        return f"{self._public_url}/channels/sms/files/{token}"

    async def lend(self, request: web.Request) -> web.Response:
        """GET of such an address."""
        try:
            file_id = self._tokens.read(PURPOSE, request.match_info["token"], now=self._clock.now()).decode()
        except BadToken:
            raise NotFound from None
        async with self._database.read() as session:
            row = await session.get(FileRow, file_id)
        if row is None:
            raise NotFound
        try:
            content = await self._store.get(row.sha256)
        except FileNotFoundError:
            raise NotFound from None
        headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        return web.Response(body=content, content_type=row.media_type.split(";")[0].strip(), headers=headers)

    def kind(self) -> JobKind:
        """Fetches what came with a message and hangs it on it."""
        return JobKind(FETCH_JOB, outside=self._fetch_all, timeout=FETCH_SECONDS * 10, tries=6)

    async def _fetch_all(self, job: Job) -> Recorded | None:
        sign_in = await self._sign_in(str(job.payload["account_id"]))
        fetched: list[tuple[Stored, str]] = []
        for wanted in job.payload["files"]:
            content, media_type = await self._fetch(str(wanted["url"]), sign_in)
            if content is None:
                log.warning(
                    "a file of a text is too large, and left with the provider", message=job.payload["message_id"]
                )
                continue
            fetched.append((await self._store.put(content), media_type or str(wanted["media_type"])))
        message_id = str(job.payload["message_id"])

        async def record(session: AsyncSession) -> None:
            await _attach(session, message_id, fetched, self._clock)

        return record

    async def _fetch(self, url: str, sign_in: str) -> tuple[bytes | None, str]:
        """The bytes (None when there are too many) and what they are. Raises aiohttp's errors: the job tries again."""
        target, ours = URL(url), self._clients.base_url
        if ours and (urlsplit(url).hostname or "").endswith(API_HOST):
            base = URL(ours)
            target = target.with_scheme(base.scheme).with_host(base.host or "").with_port(base.port)
        trusted = (target.host or "").endswith(API_HOST) or bool(ours and target.host == URL(ours).host)
        headers = {"Authorization": sign_in} if trusted and sign_in else {}
        limits = aiohttp.ClientTimeout(total=FETCH_SECONDS, connect=5)
        async with asyncio.timeout(FETCH_SECONDS), self._clients.session().get(target, headers=headers, timeout=limits) as answer:  # fmt: skip
            answer.raise_for_status()
            if (answer.content_length or 0) > self._settings.max_media_bytes:
                return None, ""
            content = await answer.content.read(self._settings.max_media_bytes + 1)
            while not answer.content.at_eof() and len(content) <= self._settings.max_media_bytes:
                content += await answer.content.read(self._settings.max_media_bytes + 1 - len(content))
            return (None if len(content) > self._settings.max_media_bytes else content), answer.content_type

    async def _sign_in(self, account_id: str) -> str:
        """The header for the provider; empty for an account that is none of ours any more."""
        number = next((one for one in await self._numbers.all() if one.id == account_id), None)
        if number is not None:
            return aiohttp.encode_basic_auth(*number.settings.signed_in(self._settings.twilio))
        for sign_in in self._others:
            if (known := await sign_in(account_id)) is not None:
                return aiohttp.encode_basic_auth(*known)
        return ""


async def _attach(session: AsyncSession, message_id: str, files: list[tuple[Stored, str]], clock: Clock) -> None:
    message = await session.get_one(Message, message_id, with_for_update=True)
    first = await session.scalar(
        select(func.coalesce(func.max(MessageFile.position) + 1, 0)).where(MessageFile.message_id == message_id)
    )
    for position, (stored, media_type) in enumerate(files, first or 0):
        file_id = new_id()
        name = f"{position + 1}{mimetypes.guess_extension(media_type) or ''}"
        row: Mapping[str, object] = {
            "id": file_id, "sha256": stored.sha256, "size": stored.size, "media_type": media_type[:200], "name": name,
            "uploaded_by": None, "created_at": clock.now(),
        }  # fmt: skip
        await session.execute(insert(FileRow).values(row))
        session.add(MessageFile(message_id=message_id, position=position, file_id=file_id, inline=False))
    message.version += 1
    await session.flush()
    conversation = await session.get_one(Conversation, message.conversation_id)
    users = await announce.users_of(session, [conversation.agent_id])
    announce.message_created(
        session,
        message_id=message_id,
        conversation_id=conversation.id,
        user_id=users.get(conversation.agent_id or ""),
        at=clock.now(),
        version=message.version,
    )
