"""What customers look like in requests and answers."""

from typing import Annotated, Any

from pydantic import Field

from contact_center.web.models import Change, Ident, Model, Text, Time

Name = Annotated[Text, Field(min_length=1, max_length=200)]
LanguageTag = Annotated[str, Field(max_length=20, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
ZoneName = Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_+\-/]+$")]
PreferredAgents = Annotated[list[Ident], Field(max_length=20)]


class Customer(Model):
    """The person or organisation we serve. Work of theirs is kept a while for the first preferred agent who is at work."""

    id: str
    name: str
    vip: bool
    at_risk: bool
    complaints_open: int
    preferred_agent_ids: list[str]
    language: str | None
    note: str
    company: str
    time_zone: str | None
    attributes: dict[str, Any]
    created_at: Time
    version: int


class Identity(Model):
    """One address by which a customer is known; `value` as people write it."""

    id: str
    kind: str
    value: str
    verified: bool


class IdentityIn(Model):
    """An address to add: a mailbox, or a telephone number in E.164."""

    kind: Annotated[str, Field(pattern=r"^(email|phone|external)$")]
    value: Annotated[Text, Field(min_length=1, max_length=320)]


class NewCustomer(Model):
    """A customer entered by hand."""

    name: Name
    vip: bool = False
    at_risk: bool = False
    preferred_agent_ids: PreferredAgents = Field(default_factory=list)
    language: LanguageTag | None = None
    note: Annotated[Text, Field(max_length=20_000)] = ""
    company: Annotated[Text, Field(max_length=200)] = ""
    time_zone: ZoneName | None = None
    attributes: dict[str, Any] = Field(default_factory=dict, max_length=100)
    identities: Annotated[list[IdentityIn], Field(max_length=20)] = Field(default_factory=list)


class CustomerChange(Change):
    """What to change; what is not named stays. Null clears all but name, vip and at_risk."""

    clears = {
        "language": None,
        "note": "",
        "company": "",
        "time_zone": None,
        "attributes": {},
        "preferred_agent_ids": [],
    }

    name: Name | None = None
    vip: bool | None = None
    at_risk: bool | None = None
    preferred_agent_ids: PreferredAgents | None = None
    language: LanguageTag | None = None
    note: Annotated[Text, Field(max_length=20_000)] | None = None
    company: Annotated[Text, Field(max_length=200)] | None = None
    time_zone: ZoneName | None = None
    attributes: Annotated[dict[str, Any], Field(max_length=100)] | None = None
