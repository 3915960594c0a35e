"""The few errors a person can meet, named after what went wrong for them; translated and given a status at the edge."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with one field; `field` is a dotted path, `message` already readable."""

    field: str
    message: str


class Problem(Exception):
    """Something that a caller is told. `code` is stable and names the text in the catalogues (`problem.<code>`)."""

    status: ClassVar[int] = 400
    code: str = "bad_request"

    def __init__(
        self,
        code: str = "",
        *,
        params: Mapping[str, str | int] | None = None,
        errors: Sequence[FieldError] = (),
        current: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        self.code = code or type(self).code
        self.params = dict(params or {})
        self.errors = tuple(errors)
        self.current = dict(current) if current is not None else None
        self.retry_after = retry_after
        super().__init__(self.code)


class BadRequest(Problem):
    """The request cannot be understood."""


class NotSignedIn(Problem):
    """No valid session or token."""

    status = 401
    code = "not_signed_in"


class Forbidden(Problem):
    """Seen, but not to be done by this caller."""

    status = 403
    code = "forbidden"


class NotFound(Problem):
    """Does not exist, or may not be seen."""

    status = 404
    code = "not_found"


class Conflict(Problem):
    """The present state does not allow it; `current` says what it is."""

    status = 409
    code = "conflict"


class StaleVersion(Problem):
    """Somebody changed it meanwhile (If-Match)."""

    status = 412
    code = "stale_version"


class TooLarge(Problem):
    """More bytes than accepted."""

    status = 413
    code = "too_large"


class UnsupportedMedia(Problem):
    """A body of a kind that is not taken here."""

    status = 415
    code = "unsupported_media"


class Invalid(Problem):
    """Fields are wrong; `errors` names them."""

    status = 422
    code = "invalid"


class TooMany(Problem):
    """Slow down; `retry_after` seconds."""

    status = 429
    code = "too_many"


class Unavailable(Problem):
    """We cannot do it now (database away, draining)."""

    status = 503
    code = "unavailable"
