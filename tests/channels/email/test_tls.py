"""Our sender and our listener over STARTTLS, with a certificate made for the occasion."""

import asyncio
import smtplib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels.email.send import EmailChannel
from channels.email.smtp import TAKEN_IN, Envelope, SmtpAnswer, SmtpListener
from config import settings as configuration
from config.settings import SettingsError
from contact_center.channel import DeliveryOutcome
from contact_center.main import Server
from contact_center.offline import check_up
from tests.channels.email.mails import KEYS
from tests.channels.email.test_compose import account, message


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test relay")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "relay.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return file


async def no_files(_file_id: str) -> bytes:
    return b""


async def test_mail_goes_encrypted_and_only_to_a_relay_that_can_be_trusted(certificate: Path) -> None:
    seen: list[Envelope] = []

    async def accepts(_address: str) -> bool:
        return True

    async def receive(mail: Envelope) -> SmtpAnswer:
        seen.append(mail)
        return TAKEN_IN

    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate)
    listener = SmtpListener(accepts=accepts, receive=receive, tls=server)
    _, port = await listener.start("127.0.0.1", 0)
    url = f"smtp+starttls://127.0.0.1:{port}"
    trusting = ssl.create_default_context(cafile=str(certificate))
    sent = await EmailChannel(keys=KEYS, fetch=no_files, default_relay_url=url, tls=trusting).send(account(), message())
    refused = await EmailChannel(keys=KEYS, fetch=no_files, default_relay_url=url).send(account(), message())
    async with asyncio.timeout(10):
        await listener.close()
    assert sent.outcome == DeliveryOutcome.SENT, sent
    assert refused.outcome == DeliveryOutcome.TRANSIENT
    assert refused.reason == "unreachable" and "certificate" in refused.detail.lower()
    assert [list(mail.rcpt_to) for mail in seen] == [["jane@customer.example"]]
    assert b"Hello Jane" in seen[0].data


def settings(certificate: object, key: object = "", mode: str = "offered") -> configuration.Email:
    given = {"smtp_tls": mode, "smtp_tls_certificate": str(certificate), "smtp_tls_key": str(key)}
    return configuration.load({}, demo=True, email=given).email


def sent(port: int, *, tls: bool, trusting: ssl.SSLContext) -> str:
    """What the listener says to one mail, with STARTTLS or without."""
    with smtplib.SMTP("127.0.0.1", port, timeout=20) as client:
        try:
            if tls:
                client.starttls(context=trusting)
            client.sendmail("a@customer.example", ["support@ours.example"], "Subject: x\n\nHello")
        except (smtplib.SMTPException, OSError) as refusal:
            return str(refusal)
        return "taken"


@pytest.mark.parametrize(("mode", "plainly"), [("offered", "taken"), ("required", "530")])
async def test_settings_switch_starttls_on_for_the_servers_listener(
    certificate: Path, tmp_path: Path, mode: str, plainly: str, make_sqlite: Callable[[], str]
) -> None:
    given = {"smtp_tls": mode, "smtp_tls_certificate": str(certificate), "smtp_listen": "127.0.0.1:0"}
    database = {"url": make_sqlite()}
    read = configuration.load({}, secret_key="k" * 40, data_dir=tmp_path, database=database, email=given)
    server = Server(read)
    trusting = ssl.create_default_context(cafile=str(certificate))
    taken: list[Envelope] = []

    async def accepts(_address: str) -> bool:
        return True

    async def receive(mail: Envelope) -> SmtpAnswer:
        taken.append(mail)
        return TAKEN_IN

    server.email.listener.accepts, server.email.listener.receive = accepts, receive
    await server.email.start()
    assert server.email.address is not None
    port = server.email.address[1]
    assert await asyncio.to_thread(sent, port, tls=True, trusting=trusting) == "taken"
    assert plainly in await asyncio.to_thread(sent, port, tls=False, trusting=trusting)
    await server.stop()
    assert len(taken) == (2 if mode == "offered" else 1)


def test_without_settings_there_is_no_starttls() -> None:
    assert configuration.load({}, demo=True).email.tls() is None


def test_a_mode_without_a_certificate_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="smtp_tls_certificate must name a PEM file"):
        settings("")
    with pytest.raises(SettingsError, match="smtp_tls"):
        settings("", mode="sometimes")


def test_a_bad_file_is_named_with_what_is_wrong(certificate: Path, tmp_path: Path) -> None:
    nonsense, locked, foreign = tmp_path / "nonsense.pem", tmp_path / "locked.pem", tmp_path / "foreign.pem"
    nonsense.write_text("no certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    locked.write_bytes(key.private_bytes(pem, pkcs8, serialization.BestAvailableEncryption(b"secret")))
    foreign.write_bytes(key.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    for file, why in ((tmp_path / "missing.pem", "cannot be read"), (nonsense, "must be a certificate")):
        with pytest.raises(SettingsError, match=why) as refused:
            settings(file).tls()
        assert str(file) in str(refused.value) and "email.smtp_tls_certificate" in str(refused.value)
    for file, why in ((tmp_path / "missing.pem", "cannot be read"), (locked, "passphrase"), (foreign, "MISMATCH")):
        with pytest.raises(SettingsError, match=why) as refused:
            settings(certificate, file).tls()
        assert str(file) in str(refused.value) and "email.smtp_tls_key" in str(refused.value)


async def test_the_check_up_tells_before_the_start(tmp_path: Path, make_sqlite: Callable[[], str]) -> None:
    given = {"smtp_tls": "offered", "smtp_tls_certificate": str(tmp_path / "missing.pem"), "smtp_listen": "127.0.0.1:0"}
    read = configuration.load({}, demo=True, data_dir=tmp_path, database={"url": make_sqlite()}, email=given)
    found = {one.name: one for one in await check_up(read)}
    assert not found["mail encryption"].ok and "missing.pem" in found["mail encryption"].detail
