"""What the operator's commands do without a running server: first users, a check-up, another try at what was parked."""

import contextlib
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import select

from config.settings import Settings, SettingsError
from contact_center import db
from contact_center.accounts import assembly
from contact_center.accounts.passwords import Passwords
from contact_center.clock import Clock
from contact_center.errors import Problem
from contact_center.intake.models import Inbound, InboundState
from contact_center.main import Server, open_database
from contact_center.queues.profiles import AgentProfiles


async def create_user(
    settings: Settings, *, email: str, name: str, roles: Sequence[str], language: str, password: str
) -> str:
    """Make a user who can sign in at once; "" or a sentence saying why not."""
    database, clock = open_database(settings), Clock()
    try:
        return await assembly.create_user(
            database,
            clock,
            Passwords(demo=settings.demo),
            AgentProfiles(clock, _no_state),
            email=email,
            name=name,
            roles=roles,
            language=language,
            password=password,
        )
    finally:
        await database.close()


async def _no_state(*_: object) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check-up."""

    name: str
    ok: bool
    detail: str


async def check_up(settings: Settings) -> list[Finding]:
    """Database, its shape, the data folder, Redis, the addresses we listen on."""
    return [
        await _database(settings),
        _folder(settings),
        await _redis(settings),
        _port("web", settings.http.host, settings.http.port),
        *([_port("mail", *listen), _certificate(settings)] if (listen := settings.email.listen()) else []),
    ]


async def _database(settings: Settings) -> Finding:
    try:
        database = open_database(settings)
    except OSError as error:
        return Finding("database", False, f"cannot be opened: {error.strerror}")
    try:
        if not await database.ping():
            return Finding("database", False, "does not answer")
        pending = await db.pending_migrations(settings.database_url())
        return Finding("database", not pending, "older than this program: run migrate" if pending else "up to date")
    finally:
        await database.close()


def _folder(settings: Settings) -> Finding:
    probe = settings.data_dir / ".doctor"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"ok")
        probe.unlink()
    except OSError as error:
        return Finding("data folder", False, f"{settings.data_dir} cannot be written: {error.strerror}")
    return Finding("data folder", True, str(settings.data_dir))


async def _redis(settings: Settings) -> Finding:
    if not settings.redis.url:
        return Finding("redis", True, "not configured: one process rings its own bell")
    client = Redis.from_url(settings.redis.url, socket_timeout=3, socket_connect_timeout=3)
    try:
        await client.ping()
    except (RedisError, OSError, TimeoutError) as error:
        return Finding("redis", False, f"does not answer: {type(error).__name__}")
    finally:
        await client.aclose()
    return Finding("redis", True, "answers")


def _port(name: str, host: str, port: int) -> Finding:
    with contextlib.closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return Finding(name, False, f"{host}:{port} cannot be listened on: {error.strerror}")
    return Finding(name, True, f"{host}:{port} is free")


def _certificate(settings: Settings) -> Finding:
    try:
        settings.email.tls()
    except SettingsError as error:
        return Finding("mail encryption", False, str(error))
    return Finding("mail encryption", True, f"STARTTLS {settings.email.smtp_tls}")


async def replay_parked(settings: Settings, inbound_id: str, *, progress: Callable[[str], None]) -> tuple[int, int]:
    """Try one parked row, or all of them, again; how many were taken in, and how many are still parked."""
    server = Server(settings)
    try:
        async with server.database.read() as session:
            query = select(Inbound.id).where(Inbound.state == InboundState.PARKED.value).order_by(Inbound.received_at)
            found = [inbound_id] if inbound_id else list((await session.scalars(query)).all())
        done = 0
        for number, one in enumerate(found, 1):
            try:
                taken = await server.email.receiver.replay(one)
            except Problem as problem:
                progress(f"{number}/{len(found)} {one}: {problem.code}")
                continue
            done += taken.message_id is not None
            progress(f"{number}/{len(found)} {one}: {'taken in' if taken.message_id else 'still parked'}")
        return done, len(found) - done
    finally:
        await server.stop()
