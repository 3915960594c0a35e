"""Our sender and our listener over STARTTLS, with a certificate made for the occasion."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from channels.email.send import EmailChannel
from channels.email.smtp import TAKEN_IN, Envelope, SmtpAnswer, SmtpListener
from contact_center.channel import DeliveryOutcome
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
    assert "certificate" in refused.reason.lower()
    assert [list(mail.rcpt_to) for mail in seen] == [["jane@customer.example"]]
    assert b"Hello Jane" in seen[0].data
