"""Declaring operations: the handler's annotations are the contract, read once at start."""

import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from contact_center.errors import Problem
from contact_center.web.models import Change, Download, Encoded, Reply

Handler = Callable[..., Awaitable[Any]]
PUBLIC = "public"
"""Needs no sign-in."""
SIGNED_IN = "signed_in"
"""Any signed-in user, about themselves."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One declared operation. `answer` is None for 204, `Download` for bytes, else a model."""

    method: str
    path: str
    handler: Handler
    permission: str
    tag: str
    summary: str
    parameters: Sequence[str]
    query: type[BaseModel] | None
    body: type[BaseModel] | None
    answer: type[BaseModel] | type[Download] | None
    statuses: Sequence[int]
    errors: Sequence[type[Problem]]
    media_type: str
    idempotent: bool
    uploads: bool

    @property
    def name(self) -> str:
        """The OpenAPI operationId."""
        return self.handler.__name__


class Routes:
    """A domain's operations; `prefix` is put before every path."""

    def __init__(self, tag: str, *, prefix: str = "/api/v1") -> None:
        self.tag = tag
        self.prefix = prefix
        self.operations: list[Operation] = []

    def get(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a GET; options as in `add`."""
        return self.add("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a POST (201 unless said otherwise); honours Idempotency-Key."""
        return self.add("POST", path, **options)

    def put(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a PUT."""
        return self.add("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a PATCH, whose body is a `Change`; honours If-Match."""
        return self.add("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Callable[[Handler], Handler]:
        """Declare a DELETE."""
        return self.add("DELETE", path, **options)

    def add(
        self,
        method: str,
        path: str,
        *,
        allow: str,
        status: int | Sequence[int] | None = None,
        errors: Sequence[type[Problem]] = (),
        media_type: str = "application/octet-stream",
        uploads: bool = False,
    ) -> Callable[[Handler], Handler]:
        """Declare one operation: `allow` is its permission, `status` its success(es), `errors` what else it answers."""

        def declare(handler: Handler) -> Handler:
            hints = get_type_hints(handler)
            answer = _answer(hints.get("return", NoneType))
            parameters = tuple(re.findall(r"{(\w+)}", path))
            missing = [name for name in parameters if name not in inspect.signature(handler).parameters]
            if missing:
                raise TypeError(f"{handler.__name__} does not take {missing}")
            if method == "PATCH" and not issubclass(hints["body"], Change):
                raise TypeError(f"the body of {handler.__name__} does not say what null clears")
            default = 204 if answer is None else 201 if method == "POST" else 200
            statuses = (default,) if status is None else (status,) if isinstance(status, int) else tuple(status)
            self.operations.append(
                Operation(
                    method=method,
                    path=self.prefix + path,
                    handler=handler,
                    permission=allow,
                    tag=self.tag,
                    summary=(inspect.getdoc(handler) or "").split("\n")[0],
                    parameters=parameters,
                    query=hints.get("query"),
                    body=hints.get("body"),
                    answer=answer,
                    statuses=statuses,
                    errors=tuple(errors),
                    media_type=media_type,
                    idempotent=method == "POST" and allow != PUBLIC and not uploads,
                    uploads=uploads,
                )
            )
            return handler

        return declare


def _answer(hint: Any) -> type[BaseModel] | type[Download] | None:
    """The model behind a return annotation: `M`, `Reply[M]`, `Encoded[M]`, `M | None`, `M | Download`, `Download`, `None`.

    `M | Download` is an operation that gives the same as a file when asked to; its contract is the model.
    """
    if hint is NoneType or hint is None:
        return None
    if isinstance(hint, UnionType):
        (hint,) = (part for part in get_args(hint) if part not in (NoneType, Download))
    if get_origin(hint) in (Reply, Encoded):
        return _answer(get_args(hint)[0])
    if isinstance(hint, type) and issubclass(hint, (BaseModel, Download)):
        return hint
    raise TypeError(f"a handler cannot answer {hint!r}")
