"""Which webhooks are the provider's; what is changed on the way, unsigned or signed by another is not."""

import hashlib
from urllib.parse import quote

import pytest
from multidict import MultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from channels.sms.signature import genuine

TOKEN = "a token of thirty-two characters"
URL = "https://desk.example/channels/sms/twilio/inbound"
FORM = MultiDict([("From", "+491512345678"), ("Body", "您好 & welcome"), ("To", "+4930123456")])


def sign(url: str = URL, form: MultiDict[str] | None = FORM, algorithm: str | None = None, token: str = TOKEN) -> str:
    """As the provider signs."""
    return str(RequestValidator(token).compute_signature(url, form, algorithm))


def test_a_signed_form_is_genuine_with_and_without_the_port() -> None:
    assert genuine(token=TOKEN, signature=sign(), url=URL, form=FORM)
    assert genuine(token=TOKEN, signature=sign(URL.replace("desk.example", "desk.example:443")), url=URL, form=FORM)


def test_the_newer_algorithm_counts_when_the_header_names_it() -> None:
    signature = sign(algorithm="HMAC_SHA256")

    assert genuine(token=TOKEN, signature=signature, url=URL, form=FORM, signed_with="key=k,algorithm=HMAC_SHA256")
    assert not genuine(token=TOKEN, signature=signature, url=URL, form=FORM)


@pytest.mark.parametrize(
    ("signature", "url", "body"),
    [
        ("", URL, "您好 & welcome"),
        ("nonsense", URL, "您好 & welcome"),
        (sign(), URL, "changed"),
        (sign(), URL.replace("https", "http"), "您好 & welcome"),
        (sign(token="another token"), URL, "您好 & welcome"),
    ],
)
def test_what_was_changed_or_signed_by_another_is_not(signature: str, url: str, body: str) -> None:
    form = MultiDict([("From", "+491512345678"), ("Body", body), ("To", "+4930123456")])

    assert not genuine(token=TOKEN, signature=signature, url=url, form=form)


def test_without_a_token_nothing_is_genuine() -> None:
    assert not genuine(token="", signature=sign(token=""), url=URL, form=FORM)


def test_a_json_body_counts_only_with_its_digest() -> None:
    body = '{"state": "déjà vu"}'.encode()
    url = f"{URL}?bodySHA256={quote(hashlib.sha256(body).hexdigest())}"

    assert genuine(token=TOKEN, signature=sign(url, None), url=url, form=None, body=body)
    assert not genuine(token=TOKEN, signature=sign(url, None), url=url, form=None, body=b'{"state": "other"}')
    assert not genuine(token=TOKEN, signature=sign(URL, None), url=URL, form=None, body=body)
    assert not genuine(token=TOKEN, signature=sign(url, None), url=url, form=None, body=b"\xff")
