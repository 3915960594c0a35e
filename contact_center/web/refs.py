"""The two ways an answer mentions something else: by id and name, so that a screen need not ask again."""

from contact_center.web.models import Model


class Ref(Model):
    """Something named elsewhere: a queue, an agent, a user."""

    id: str
    name: str


class CustomerRef(Model):
    """A customer mentioned in a list."""

    id: str
    name: str
    vip: bool
    version: int


def ref(identifier: str | None, name: str | None) -> Ref | None:
    """A reference, or None when there is nothing to refer to."""
    return None if identifier is None else Ref(id=identifier, name=name or "")
