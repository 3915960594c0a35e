"""A real server process of ours for benchmarks and proofs: started by its command, watched from outside."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import aiohttp

from tests.ports import free_port

KEY = "bench-secret-key-bench-secret-key-bench"
ROOT = Path(__file__).parents[1]


class Server:
    """`contact-center serve` with the given settings; ports are chosen once, so that a restart keeps them."""

    def __init__(
        self,
        database_url: str,
        data_dir: Path,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.http_port, self.smtp_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.log = data_dir / "server.log"
        data_dir.mkdir(parents=True, exist_ok=True)
        self._environment = {
            **os.environ,
            "CC_SECRET_KEY": KEY,
            "CC_DATABASE__URL": database_url,
            "CC_DATA_DIR": str(data_dir),
            "CC_HTTP__PORT": str(self.http_port),
            "CC_EMAIL__SMTP_LISTEN": f"127.0.0.1:{self.smtp_port}",
            "CC_LOG__LEVEL": "warning",
            # The demo asks for its ports and folder by these names.
            "PORT": str(self.http_port),
            "SMTP_PORT": str(self.smtp_port),
            "DATA_DIR": str(data_dir),
            **(settings or {}),
        }
        self.process: asyncio.subprocess.Process | None = None

    async def run(self, *arguments: str, stdin: bytes = b"") -> None:
        """Run another command of ours (migrate, create-user) with the same settings."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "contact_center.cli", *arguments,
            cwd=ROOT, env=self._environment, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        output, _ = await process.communicate(stdin)
        if process.returncode:
            raise RuntimeError(f"{arguments}: {output.decode()}")

    async def start(self, *options: str, seconds: float = 30) -> None:
        """Start with these options of `serve` and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "contact_center.cli", "serve", *options,
                cwd=ROOT, env=self._environment, stdout=log, stderr=log,
            )  # fmt: skip
        async with asyncio.timeout(seconds), aiohttp.ClientSession() as client:
            while True:
                if self.process.returncode is not None:
                    raise RuntimeError(f"the server ended: {self.log.read_text()[-4000:]}")
                try:
                    async with client.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def stop(self) -> None:
        """SIGTERM and wait for the drain."""
        if self.process is not None and self.process.returncode is None:
            self.process.terminate()
            await asyncio.wait_for(self.process.wait(), 30)

    def cpu_seconds(self) -> float:
        """User and system time of the server process and its finished children."""
        assert self.process is not None
        return process_cpu(self.process.pid)


def process_cpu(pid: int) -> float:
    """User and system seconds of a process, from the kernel's accounting (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
