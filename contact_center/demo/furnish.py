"""The demo put together: mail catcher and local carrier first (the house sends through them), then seed data and simulator."""

import ipaddress
import secrets
from collections.abc import Callable

from aiohttp import web

from config.settings import Settings
from contact_center.accounts.passwords import Passwords
from contact_center.accounts.profiles import Profiles
from contact_center.clock import Clock
from contact_center.db import Database
from contact_center.demo.carrier.texts import TextCarrier
from contact_center.demo.catcher import HOST, MailCatcher
from contact_center.demo.handset import Handset
from contact_center.demo.people import PEOPLE
from contact_center.demo.seed import seed
from contact_center.demo.simulator import Simulator
from contact_center.demo.telephone import Telephone

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

    def __init__(self, settings: Settings, clock: Clock, catcher: MailCatcher, carrier: TextCarrier) -> None:
        self.settings = settings
        self.catcher, self.carrier = catcher, carrier
        self._clock = clock

    @classmethod
    async def open(cls, settings: Settings, clock: Clock) -> "Demo":
        """Start catcher and carrier; `settings` of the result send through them unless others were chosen. `DemoRefused`."""
        allow(settings)
        catcher = MailCatcher(settings.data_dir / MAILS, clock)
        port = await catcher.start()
        if not settings.email.relay_url:
            email = settings.email.model_copy(update={"relay_url": f"smtp://{HOST}:{port}"})
            settings = settings.model_copy(update={"email": email})
        carrier = TextCarrier(clock, account_sid="AC" + secrets.token_hex(16), auth_token=secrets.token_hex(16))
        await carrier.start()
        carrier.desk = settings.public_url()
        if not settings.sms.twilio.account_sid:
            chosen = {"account_sid": carrier.account_sid, "auth_token": carrier.auth_token, "base_url": carrier.url}
            twilio = settings.sms.twilio.model_copy(update=chosen)
            settings = settings.model_copy(update={"sms": settings.sms.model_copy(update={"twilio": twilio})})
        return cls(settings, clock, catcher, carrier)

    async def furnish(self, database: Database, profiles: Profiles) -> None:
        """Seed data, once."""
        await seed(database, self._clock, profiles, Passwords(demo=True))

    def add_to(self, app: web.Application, listener: Callable[[], tuple[str, int] | None]) -> None:
        """Serve the simulator's pages; `listener` tells where the house takes mail, once it does."""
        Simulator(self.catcher, self._clock, listener).add_to(app)
        Handset(self.carrier).add_to(app)
        Telephone(self.carrier.calls).add_to(app)

    def serving(self, port: int) -> None:
        """The house listens now: the carrier's webhooks reach it there, whatever its public address says."""
        self.carrier.door = f"http://{HOST}:{port}"

    async def close(self) -> None:
        """Stop catcher and carrier."""
        await self.catcher.close()
        await self.carrier.close()

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
