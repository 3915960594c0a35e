"""All settings, read once at the start, typed and frozen. `defaults.toml` beside this file is the operator's manual.

Order, later wins: defaults.toml, the TOML file named by `CC_CONFIG`, environment `CC_<SECTION>__<KEY>`.
"""

import os
import socket
import ssl
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

DEFAULTS = Path(__file__).with_name("defaults.toml")
PREFIX = "CC_"
NOT_SETTINGS = {"CC_CONFIG"}
Seconds = Annotated[float, Field(gt=0)]
PerChannel = Annotated[dict[str, int], Field(min_length=1)]


def _listed(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class SettingsError(Exception):
    """A setting is wrong; the text names it and says what was expected."""


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Http(_Section):
    host: str
    port: Annotated[int, Field(ge=0, le=65535)]
    public_url: str
    trusted_proxies: Annotated[int, Field(ge=0, le=10)]
    max_body_bytes: Annotated[int, Field(ge=1024)]
    max_upload_bytes: Annotated[int, Field(ge=1024)]
    drain_seconds: Seconds
    requests_per_second: Annotated[float, Field(gt=0)]
    request_burst: Annotated[float, Field(ge=1)]


class DatabaseSettings(_Section):
    url: str
    pool_size: Annotated[int, Field(ge=1, le=200)]
    pool_timeout: Seconds
    statement_timeout: Seconds


class Redis(_Section):
    url: str


class Clock(_Section):
    scale: Annotated[float, Field(gt=0, le=10_000)]


class Log(_Section):
    level: Literal["debug", "info", "warning", "error"]
    format: Literal["json", "console"]


class SessionSettings(_Section):
    max_hours: Seconds
    idle_hours: Seconds


class Email(_Section):
    smtp_listen: str
    relay_url: str
    max_bytes: Annotated[int, Field(ge=65536)]
    smtp_tls: Literal["off", "offered", "required"]
    smtp_tls_certificate: str
    smtp_tls_key: str
    max_connections: Annotated[int, Field(ge=1)]
    system_sender: str

    def listen(self) -> tuple[str, int] | None:
        """(host, port) of the SMTP listener, or None when it is off."""
        if not self.smtp_listen:
            return None
        host, _, port = self.smtp_listen.rpartition(":")
        return host.strip("[]") or "127.0.0.1", int(port)

    @model_validator(mode="after")
    def _listen_is_host_port(self) -> Self:
        if self.smtp_listen and not self.smtp_listen.rpartition(":")[2].isdigit():
            raise ValueError("email.smtp_listen must be host:port, for example 127.0.0.1:2525")
        return self

    @model_validator(mode="after")
    def _certificate_for_tls(self) -> Self:
        if self.smtp_tls != "off" and not self.smtp_tls_certificate:
            raise ValueError(f"email.smtp_tls is {self.smtp_tls}: email.smtp_tls_certificate must name a PEM file")
        return self

    def tls(self) -> ssl.SSLContext | None:
        """The listener's side of STARTTLS, None when it is off. Raises `SettingsError` naming the file that is no good."""
        if self.smtp_tls == "off":
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        key = self.smtp_tls_key or self.smtp_tls_certificate
        for name, file in (("smtp_tls_certificate", self.smtp_tls_certificate), ("smtp_tls_key", key)):
            _must_be_readable(f"email.{name}", file)
        try:
            context.load_cert_chain(self.smtp_tls_certificate, key, password=_no_passphrase)
        except (ssl.SSLError, _PassphraseAsked) as error:
            reason = getattr(error, "reason", None) or str(error) or "not in PEM form"
            raise SettingsError(
                f"email.smtp_tls_certificate ({self.smtp_tls_certificate}) and email.smtp_tls_key ({key}) "
                f"must be a certificate and its own private key, in PEM form: {reason}"
            ) from error
        return context


class _PassphraseAsked(Exception):
    """The key is locked, and nobody is there to unlock it."""


def _no_passphrase() -> str:
    raise _PassphraseAsked("the key has a passphrase")


def _must_be_readable(name: str, file: str) -> None:
    try:
        with Path(file).open("rb"):
            return
    except OSError as error:
        raise SettingsError(f"{name} names {file}, which cannot be read: {error.strerror}") from error


class Twilio(_Section):
    account_sid: str
    auth_token: Annotated[str, Field(repr=False)]
    base_url: str


class Sms(_Section):
    twilio: Twilio
    max_media_bytes: Annotated[int, Field(ge=1024)]


class Routing(_Section):
    offer_seconds: PerChannel
    misses: Annotated[int, Field(ge=1, le=100)]
    decline_block_seconds: Annotated[int, Field(ge=0)]
    last_agent_seconds: PerChannel
    units: PerChannel
    exclusive: Annotated[tuple[str, ...], BeforeValidator(_listed)]
    vanished_grace_seconds: Seconds
    lease_seconds: Seconds


class Sending(_Section):
    undo_seconds: dict[str, Annotated[float, Field(ge=0, le=3600)]]


class Chat(_Section):
    token_days: Seconds
    abandon_seconds: Seconds
    idle_seconds: Seconds
    gone_seconds: Seconds
    look_seconds: Seconds
    messages_per_second: Seconds
    message_burst: Seconds


class Complaints(_Section):
    repeat_days: Annotated[float, Field(gt=0, le=3650)]


class Surveys(_Section):
    link_days: Annotated[float, Field(gt=0, le=365)]
    peace_days: Annotated[float, Field(ge=0, le=3650)]


class Wallboard(_Section):
    service_level: Annotated[float, Field(gt=0, le=1)]
    answer_seconds: PerChannel


class Heavy(_Section):
    workers: Annotated[int, Field(ge=1, le=64)]
    timeout: Seconds


class Settings(_Section):
    secret_key: str
    data_dir: Path
    demo: bool
    role: Literal["all", "web", "worker", "router"]
    node: str
    http: Http
    database: DatabaseSettings
    redis: Redis
    clock: Clock
    log: Log
    session: SessionSettings
    email: Email
    sms: Sms
    routing: Routing
    sending: Sending
    chat: Chat
    complaints: Complaints
    surveys: Surveys
    wallboard: Wallboard
    heavy: Heavy

    def database_url(self) -> str:
        """The database's address; an empty setting means SQLite inside the data folder."""
        return self.database.url or f"sqlite+aiosqlite:///{(self.data_dir / 'contact-center.db').absolute()}"

    def public_url(self) -> str:
        """Where people reach us, without a trailing slash."""
        return (self.http.public_url or f"http://{self.http.host}:{self.http.port}").rstrip("/")

    def node_name(self) -> str:
        """This process in logs and leases."""
        return self.node or f"{socket.gethostname()}:{os.getpid()}"

    @model_validator(mode="after")
    def _key_unless_demo(self) -> Self:
        if not self.demo and len(self.secret_key) < 32:
            raise ValueError("secret_key must have at least 32 characters (set CC_SECRET_KEY)")
        if not self.database_url().startswith(("sqlite+aiosqlite:///", "postgresql+asyncpg://")):
            raise ValueError("database.url must start with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        return self


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        merged[key] = (
            _merge(merged[key], value) if isinstance(value, dict) and isinstance(merged.get(key), dict) else value
        )
    return merged


def _from_environment(environ: dict[str, str]) -> dict[str, Any]:
    """CC_HTTP__PORT=1 -> {"http": {"port": "1"}}; a table's entry is one level deeper: CC_ROUTING__UNITS__CHAT."""
    tree: dict[str, Any] = {}
    for name, value in environ.items():
        if not name.startswith(PREFIX) or name in NOT_SETTINGS or name.startswith("CC_TEST_"):
            continue
        *path, leaf = name.removeprefix(PREFIX).lower().split("__")
        node = tree
        for part in path:
            node = node.setdefault(part, {})
        node[leaf] = value
    return tree


def load(environ: dict[str, str] | None = None, **overrides: Any) -> Settings:
    """Read the settings; raises `SettingsError` with every wrong name and what was expected."""
    environ = dict(os.environ) if environ is None else environ
    tree = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    if named := environ.get("CC_CONFIG"):
        try:
            tree = _merge(tree, tomllib.loads(Path(named).read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"CC_CONFIG names {named}, which cannot be read: {error}") from error
    tree = _merge(_merge(tree, _from_environment(environ)), overrides)
    try:
        return Settings.model_validate(tree)
    except ValidationError as error:
        lines = [
            f"  {'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors(include_context=False)
        ]
        raise SettingsError("These settings are wrong:\n" + "\n".join(lines)) from error
