"""HTTP glue: typed routes become validation, OpenAPI 3.1 and problem+json. Knows no domain.

A route is declared on a `Routes` with the permission it needs; the handler takes a `Context`, its path parameters by
name, and optionally `query` and `body` models; what it returns is its documented answer.
"""

from contact_center.web.context import Authenticator, Context, Principal, Reach
from contact_center.web.models import (
    Change,
    Count,
    Download,
    Encoded,
    Ident,
    Model,
    Page,
    Paged,
    Query,
    Reply,
    Text,
    Time,
)
from contact_center.web.paging import paged
from contact_center.web.routes import PUBLIC, SIGNED_IN, Operation, Routes
from contact_center.web.uploads import Upload, read_upload

__all__ = [
    "PUBLIC",
    "SIGNED_IN",
    "Authenticator",
    "Change",
    "Context",
    "Count",
    "Download",
    "Encoded",
    "Ident",
    "Model",
    "Operation",
    "Page",
    "Paged",
    "Principal",
    "Query",
    "Reach",
    "Reply",
    "Routes",
    "Text",
    "Time",
    "Upload",
    "paged",
    "read_upload",
]
