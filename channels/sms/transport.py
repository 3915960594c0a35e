"""The provider's client over our own HTTP session: time-outs are honoured and nothing is ever sent twice by itself.

The library's own transport ignores its time-out and repeats a POST after a 503, which is a second text for the customer.
The library takes more than a second to import: only `connect` does.
"""

import asyncio
import functools
import logging
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

if TYPE_CHECKING:
    from twilio.rest import Client  # type: ignore[import-untyped]

CONNECT_SECONDS, TOTAL_SECONDS = 5.0, 15.0


async def connect(session: aiohttp.ClientSession, *, account_sid: str, auth_token: str, base_url: str = "") -> "Client":
    """A client of the provider. `base_url`, where set, stands for https://api.twilio.com and its sisters (a local carrier)."""
    return await asyncio.to_thread(_connect, session, account_sid, auth_token, base_url)


def _connect(session: aiohttp.ClientSession, account_sid: str, auth_token: str, base_url: str) -> "Client":
    from twilio.rest import Client

    return Client(account_sid, auth_token, http_client=_transport()(session, base_url))


@functools.cache
def _transport() -> Any:
    from twilio.http import AsyncHttpClient  # type: ignore[import-untyped]
    from twilio.http.response import Response  # type: ignore[import-untyped]

    class Transport(AsyncHttpClient):  # type: ignore[misc]
        """Sends once; raises aiohttp's errors and TimeoutError when no answer came."""

        def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
            super().__init__(logging.getLogger("twilio.http_client"), True)
            self._session, self._base = session, URL(base_url) if base_url else None

        async def request(
            self,
            method: str,
            url: str,
            params: Mapping[str, Any] | None = None,
            data: Mapping[str, Any] | None = None,
            headers: Mapping[str, str] | None = None,
            auth: tuple[str, str] | None = None,
            timeout: float | None = None,  # noqa: ASYNC109 (the library hands it over)
            allow_redirects: bool = False,
        ) -> Any:
            target = URL(url)
            if self._base is not None:
                target = (
                    target.with_scheme(self._base.scheme).with_host(self._base.host or "").with_port(self._base.port)
                )
            sent = dict(headers or {})
            if auth is not None:
                sent["Authorization"] = aiohttp.encode_basic_auth(*auth)
            limits = aiohttp.ClientTimeout(total=timeout or TOTAL_SECONDS, connect=CONNECT_SECONDS)
            async with self._session.request(
                method, target, params=_flat(params), data=_flat(data), headers=sent,
                timeout=limits, allow_redirects=allow_redirects,
            ) as answer:  # fmt: skip
                return Response(answer.status, await answer.text(), answer.headers)

    return Transport


def _flat(fields: Mapping[str, Any] | None) -> list[tuple[str, str]] | None:
    """Repeated fields as a form has them; true and false as the provider spells them."""
    if fields is None:
        return None
    pairs: list[tuple[str, str]] = []
    for name, value in fields.items():
        for one in value if isinstance(value, list | tuple) else [value]:
            pairs.append((name, str(one).lower() if isinstance(one, bool) else str(one)))
    return pairs
