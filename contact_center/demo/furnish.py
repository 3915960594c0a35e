"""The demo put together: catcher first (its address is the house's relay), then seed data, then the simulator page."""

import ipaddress
from collections.abc import Callable

from aiohttp import web

from config.settings import Settings
from contact_center.accounts.passwords import Passwords
from contact_center.accounts.profiles import Profiles
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.demo.catcher import HOST, MailCatcher
from contact_center.demo.people import PEOPLE
from contact_center.demo.seed import seed
from contact_center.demo.simulator import Simulator

MAILS = "caught-mail"


class DemoRefused(Exception):
    """The demo may not run like this; the text says why."""


def allow(settings: Settings) -> None:
    """Raises `DemoRefused` outside demo mode and wherever others than this machine could reach us."""
    if not settings.demo:
        raise DemoRefused("This is not demo mode.")
    addresses = [settings.http.host]
    if (listening := settings.email.listen()) is not None:
        addresses.append(listening[0])
    for address in addresses:
        if not _loopback(address):
            raise DemoRefused(f"Demo mode serves this machine only; {address} is not a loopback address.")


class Demo:
    """Use: `demo = await Demo.open(settings, clock)`, build the house from `demo.settings`, `furnish`, `add_to`, `close`."""

    def __init__(self, settings: Settings, clock: Clock, catcher: MailCatcher) -> None:
        self.settings = settings
        self.catcher = catcher
        self._clock = clock

    @classmethod
    async def open(cls, settings: Settings, clock: Clock) -> "Demo":
        """Start the catcher; `settings` of the result send through it unless another relay was chosen. `DemoRefused`."""
        allow(settings)
        catcher = MailCatcher(settings.data_dir / MAILS, clock)
        port = await catcher.start()
        if not settings.email.relay_url:
            email = settings.email.model_copy(update={"relay_url": f"smtp://{HOST}:{port}"})
            settings = settings.model_copy(update={"email": email})
        return cls(settings, clock, catcher)

    async def furnish(self, database: Database, profiles: Profiles) -> None:
        """Seed data, once."""
        await seed(database, self._clock, profiles, Passwords(demo=True))

    def add_to(self, app: web.Application, listener: Callable[[], tuple[str, int] | None]) -> None:
        """Serve the simulator; `listener` tells where the house takes mail, once it does."""
        Simulator(self.catcher, self._clock, listener).add_to(app)

    async def close(self) -> None:
        """Stop the catcher."""
        await self.catcher.close()

    def greeting(self) -> list[str]:
        """What the operator reads: the page and the sign-ins."""
        people = ", ".join(person.email for person in PEOPLE)
        return [f"Simulator  {self.settings.public_url()}/simulator", f"Sign in    {people}; password: demo"]


def _loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address.strip("[]")).is_loopback
    except ValueError:
        return False
