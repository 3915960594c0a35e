"""Whether a webhook is the provider's: its signature over the public address and the form, or the digest of a JSON body.

Checked against the address that we are configured to have, never against the Host header, which the sender chooses.
"""

from urllib.parse import parse_qs, urlsplit

from multidict import MultiMapping
from twilio.request_validator import RequestValidator, get_signature_algorithm  # type: ignore[import-untyped]

SIGNATURE = "X-Twilio-Signature"
SETTINGS = "X-Twilio-Webhooks-Signature-Settings"


def genuine(
    *, token: str, signature: str, url: str, form: MultiMapping[str] | None, body: bytes = b"", signed_with: str = ""
) -> bool:
    """True when `signature` was made with `token`. `form` is None for a JSON body; `signed_with` is the settings header.

    A JSON body counts only with its digest in the address: without one the signature says nothing about it.
    """
    if not token or not signature:
        return False
    if form is None and "bodySHA256" not in parse_qs(urlsplit(url).query):
        return False
    validator = RequestValidator(token)
    try:
        params = form if form is not None else body.decode()
        return bool(validator.validate(url, params, signature, algorithm=get_signature_algorithm(signed_with)))
    except (ValueError, TypeError):  # an unknown algorithm, bytes that are no text
        return False
